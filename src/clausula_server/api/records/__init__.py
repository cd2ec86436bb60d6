"""What is asked and answered, as records: a file for each room of the API. They are the document's schemas."""
