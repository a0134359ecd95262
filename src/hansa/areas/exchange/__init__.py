"""Student and staff exchange: from the clause that gives places to the credit that is recognised."""
