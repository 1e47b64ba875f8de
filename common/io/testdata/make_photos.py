"""Makes the small pictures of image_codec_test.cc: make_photos.py FOLDER.

Pillow encodes them; `lossy.webp.png` is what its libwebp decodes `lossy.webp`
to. Needs numpy and Pillow; made with Pillow 13.0.0 and numpy 2.4.6.
"""

import os
import sys

import numpy as np
from PIL import Image

HEIGHT, WIDTH = 59, 83  # neither a multiple of a block


def picture():
  """Smooth colours with some noise: different in every direction and channel."""
  row, column = np.mgrid[:HEIGHT, :WIDTH]
  planes = [
      128 + 90 * np.sin(row / 5 + column / 9),
      128 + 90 * np.cos(row / 7 - column / 4),
      128 + 90 * np.sin(column / 3),
  ]
  noise = np.random.default_rng(0).normal(0, 12, (HEIGHT, WIDTH, 3))
  return Image.fromarray((np.stack(planes, axis=2) + noise).clip(0, 255).astype(np.uint8))


def main():
  folder = sys.argv[1]
  image = picture()
  path = lambda name: os.path.join(folder, name)
  for name, subsampling in [("444", 0), ("422", 1), ("420", 2)]:
    image.save(path("photo_%s.jpg" % name), quality=90, subsampling=subsampling)
  image.save(path("photo_progressive.jpg"), quality=90, progressive=True)
  image.save(path("photo_restart.jpg"), quality=90, restart_marker_blocks=3)
  image.convert("L").save(path("photo_grey.jpg"), quality=90)
  image.save(path("lossy.webp"), quality=80)
  image.save(path("lossless.webp"), lossless=True)
  Image.open(path("lossy.webp")).save(path("lossy.webp.png"))
  image.save(path("animated.webp"), save_all=True, append_images=[image.rotate(180)])


if __name__ == "__main__":
  main()
