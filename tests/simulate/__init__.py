"""Tests of the what-if room: small portfolios decided twice, with every difference worked out by hand."""
