"""How large a picture may be: what the server and its decoding program both know."""

MEBIBYTE = 2**20
# Address space of the process that opens one upload. It is fixed: what an operator allows must fit.
SPACE = 448 * MEBIBYTE
# What tells a damaged picture from one for which `SPACE` was too small (`decoder.tried_again`).
ENOUGH_SPACE = 768 * MEBIBYTE
# Pixels that are decoded: a picture of every format and mode, eight bits to a channel, fits into
# `SPACE` (measured: at most 370 MiB, an AVIF with transparency). A 6K screen has 20 million, a
# phone's HEIC 24.
MOST_PIXELS = 25_000_000
# A JPEG is decoded at 1/2, 1/4 or 1/8 of its sides, row by row: its own pixels cost time only.
MOST_JPEG_PIXELS = 200_000_000
# Bytes of a progressive JPEG's coefficients, all of which are held until its last scan.
COEFFICIENT_SPACE = 256 * MEBIBYTE
SECONDS = 10  # of processor time; a busy machine does not use it up
