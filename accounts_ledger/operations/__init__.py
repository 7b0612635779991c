"""What the facade offers, one operation a file. Each validates its arguments, logs, and leaves writing to posting."""
