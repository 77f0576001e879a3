"""How large an album may be: what the server and its decoding program both know."""

SIDE = 32  # pixels of a picture in an album
MAX_PICTURES = 5000
MAX_CLASSES = 100
SECONDS = 60  # of processor time
MAX_NAME = 40  # characters of a class's name
UNLABELED = 255  # the class of a picture without one
