"""One command a file; each turns what the rooms raise into a sentence for the person at the keyboard."""
