"""Commands of enrolment."""
