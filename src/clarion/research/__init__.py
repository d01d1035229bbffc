"""What we found out about the market before we decided anything."""
