"""Who has to agree to a post before it goes out, in which steps, and what they agreed to."""
