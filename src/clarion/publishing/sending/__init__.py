"""How what is due goes out, and what may hold it: pauses, rates, what people post by hand."""
