"""Running a lab's generator elsewhere: engine.py is what the rest knows."""
