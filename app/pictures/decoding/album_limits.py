"""How large an album may be: what the server and its decoding program both know."""

SIDE = 32  # pixels of a picture in an album
PICTURE = 3 * SIDE * SIDE  # bytes
MAX_PICTURES = 5000
MAX_CLASSES = 100
MAX_MEMBER = 32 * 2**20  # bytes of a picture in a zip
SECONDS = 60  # of processor time
MAX_NAME = 40  # characters of a class's name
MAX_PATH = 1000  # characters of a picture's path
UNLABELED = 255  # the class of a picture without one
NAMES = "names"  # the file beside uploads 0, 1, 2 … that tells what they were called
FEWEST_FRAMES, MOST_FRAMES = 4, 64  # of a clip
LEAST_SIDE = 8  # pixels of a clip's frame, the shorter way
