"""What several web processes behind one address share: a Redis store, a folder, and their lines."""
