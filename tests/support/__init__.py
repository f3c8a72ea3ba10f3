"""What the tests share: servers, the database made from a template, people."""
