"""Posts by the file: read, shown row by row, mended in place, made into posts once."""
