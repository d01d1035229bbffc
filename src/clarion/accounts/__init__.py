"""Who is who, who may do what, and what was done."""
