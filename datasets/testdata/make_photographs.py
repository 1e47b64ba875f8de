"""Makes photographs/: small data sets in the formats of the real ones.

  make_photographs.py FOLDER     # .../datasets/testdata/photographs

The pictures are smooth noise. photographs/expected.txt has a line for each
picture, crop and size: the SHA-256 of the bytes that Pillow makes of it.
Needs numpy, Pillow and lmdb; made with Pillow 13.0.0, numpy 2.4.6, lmdb 3.0.0.
"""

import hashlib
import io
import os
import shutil
import sys

import lmdb
import numpy as np
from PIL import Image

# name: left, top, side; of an aligned CelebA picture.
CELEBA_CROPS = {
    "celeba_crop108_64": (35, 55, 108),
    "celeba_crop140": (19, 39, 140),
    "celeba_crop148": (15, 35, 148),
    "celeba_crop160": (9, 29, 160),
    "celeba_crop128": (25, 45, 128),
    "celeba_cx89_cy121": (25, 57, 128),
}


def picture(seed, height, width, grey=False):
  """Smooth colours: noise of three scales."""
  random = np.random.default_rng(seed)
  total = 0
  for cell, weight in [(48, 0.6), (12, 0.28), (3, 0.12)]:
    noise = random.integers(0, 256, (height // cell + 2, width // cell + 2, 3), dtype=np.uint8)
    total += weight * np.asarray(Image.fromarray(noise).resize((width, height), Image.BICUBIC), np.float32)
  image = Image.fromarray(total.clip(0, 255).astype(np.uint8))
  return image.convert("L") if grey else image


def encoded(image, form, **options):
  buffer = io.BytesIO()
  image.save(buffer, form, **options)
  return buffer.getvalue()


def center_square(image):
  side = min(image.size)
  left, top = (image.width - side) // 2, (image.height - side) // 2
  return image.crop((left, top, left + side, top + side))


def resize_center(image, size):
  """What torchvision's Resize(size) and CenterCrop(size) do to a Pillow image."""
  shorter = min(image.size)
  image = image.resize((size * image.width // shorter, size * image.height // shorter), Image.BILINEAR)
  left, top = round((image.width - size) / 2), round((image.height - size) / 2)
  return image.crop((left, top, left + size, top + size))


class Writer:

  def __init__(self, folder):
    self.folder = folder
    self.expected = []

  def write(self, name, data):
    path = os.path.join(self.folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
      file.write(data)

  def expect(self, name, data, crop, size):
    """The line of the picture `data`, after Pillow has decoded, cut and resized it."""
    image = Image.open(io.BytesIO(data))
    if crop in CELEBA_CROPS:
      left, top, side = CELEBA_CROPS[crop]
      image = image.crop((left, top, left + side, top + side)).resize((size, size), Image.BILINEAR)
    elif crop == "center_square":
      image = center_square(image).resize((size, size), Image.BILINEAR)
    else:
      image = resize_center(image, size)
    digest = hashlib.sha256(image.convert("RGB").tobytes()).hexdigest()
    self.expected.append("%s %s %d %s\n" % (name, crop, size, digest))


def make_celeba(writer):
  lines = []
  for number, part in [(1, 0), (2, 1), (3, 2)]:
    name = "%06d.jpg" % number
    data = encoded(picture(number, 218, 178), "JPEG", quality=75)
    writer.write("celeba/img_align_celeba/" + name, data)
    lines.append("%s %d\n" % (name, part))
    for crop in CELEBA_CROPS:
      writer.expect(name, data, crop, 64)
  writer.write("celeba/list_eval_partition.txt", "".join(lines).encode())


def make_celeba_hq(writer):
  for number in range(2):
    name = "%05d.jpg" % number
    data = encoded(picture(10 + number, 256, 256), "JPEG", quality=50)
    writer.write("celeba_hq/" + name, data)
    writer.expect(name, data, "center_square", 128)


def make_imagenet_dog(writer):
  for number, folder in enumerate(["n01440764", "n02085620", "n02110341", "n02113978"]):
    name = "%s/%s_%d.JPEG" % (folder, folder, number)
    grey = number == 2  # ILSVRC has some
    data = encoded(picture(20 + number, 90 + 7 * number, 113, grey), "JPEG", quality=60)
    writer.write("imagenet_dog/train/" + name, data)
    if number > 0:
      writer.expect(name, data, "center_square", 32)


def make_lsun(writer):
  folder = os.path.join(writer.folder, "lsun/bedroom_val_lmdb")
  os.makedirs(folder)
  environment = lmdb.open(folder, map_size=1 << 20)
  with environment.begin(write=True) as transaction:
    for number in range(3):
      image = picture(30 + number, 256, 341) if number != 1 else picture(31, 70, 64)
      form, quality = ("JPEG", 40) if number != 2 else ("WEBP", 40)
      data = encoded(image, form, quality=quality)
      key = hashlib.sha1(b"%d" % number).hexdigest()
      transaction.put(key.encode(), data)
      writer.expect(key, data, "resize_center", 64)
  environment.close()
  os.remove(os.path.join(folder, "lock.mdb"))


def main():
  folder = sys.argv[1]
  shutil.rmtree(folder, ignore_errors=True)
  writer = Writer(folder)
  make_celeba(writer)
  make_celeba_hq(writer)
  make_imagenet_dog(writer)
  make_lsun(writer)
  writer.write("expected.txt", "".join(writer.expected).encode())


if __name__ == "__main__":
  main()
