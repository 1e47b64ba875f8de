"""Reading photographs beside what a Python user has: prints a table of processor times and ratios in Markdown.

  bazel build //datasets:photograph_timer
  python datasets/compare_peers.py bazel-bin/datasets/photograph_timer [--folder DIR] [--images 1000] [--repeats 5]

Aligned CelebA pictures, 178 x 218, are cut to their middle 108 or 140, resized to 64 and scaled to [-1, 1]. Ours and the
peers take turns on the same files, in one run and on one thread; a cell is the least processor time of all turns, in
microseconds an image. --folder names a folder of such pictures with one level of sub-folders; without it, pictures of
smooth noise are made (JPEG of quality 90, about 10 KB).

Needs numpy, Pillow, torch and torchvision. Run it on a quiet machine.
"""
import argparse
import os
import subprocess
import tempfile
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np
import torch
import torchvision
import torchvision.transforms as transforms
import torchvision.transforms.v2.functional as functional
from PIL import Image
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder
from torchvision.io import decode_jpeg

CROPS = {108: "celeba_crop108_64", 140: "celeba_crop140"}


def make_pictures(folder, count):
    """`count` pictures of smooth noise in folder/all."""
    os.makedirs(os.path.join(folder, "all"))
    random = np.random.default_rng(0)
    for i in range(count):
        total = 0
        for cell, weight in [(48, 0.6), (12, 0.28), (3, 0.12)]:
            noise = random.integers(0, 256, (218 // cell + 2, 178 // cell + 2, 3), dtype=np.uint8)
            total += weight * np.asarray(Image.fromarray(noise).resize((178, 218), Image.BICUBIC), np.float32)
        path = os.path.join(folder, "all", "%06d.jpg" % i)
        Image.fromarray(total.clip(0, 255).astype(np.uint8)).save(path, quality=90)


class Ours:
    """The program photograph_timer."""

    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, request):
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        if not answer:
            raise SystemExit("photograph_timer stopped; its message is above.")
        return [float(word) for word in answer]


def timed(function, count):
    """Processor time of function() in microseconds an image."""
    start = time.process_time()
    function()
    return 1e6 * (time.process_time() - start) / count


def read(folder):
    """The bytes of all files, as tensors."""
    paths = sorted(os.path.join(parent, name) for parent, _, names in os.walk(folder) for name in names)
    return [torch.from_numpy(np.fromfile(path, np.uint8)) for path in paths]


def torchvision_io(tensors, crop):
    for i in range(0, len(tensors), 50):
        batch = torch.stack([functional.center_crop(decode_jpeg(t), [crop, crop]) for t in tensors[i:i + 50]])
        functional.resize(batch, [64, 64], antialias=True).float().div_(127.5).sub_(1)


def image_folder(folder, crop):
    steps = [transforms.CenterCrop(crop), transforms.Resize(64), transforms.ToTensor(),
             transforms.Normalize((.5,) * 3, (.5,) * 3)]
    data = ImageFolder(folder, transforms.Compose(steps))
    for _ in DataLoader(data, 64, num_workers=0, shuffle=True):
        pass


def measure(ours, folder, crop, cache, repeats):
    """Least times by name."""
    count = int(ours.ask("open %s %s 64" % (folder, CROPS[crop]))[0])
    tensors = read(folder)
    turns = []
    for _ in range(repeats):
        first, later = ours.ask("cache " + cache)
        turns.append({
            "ours, bytes in memory": ours.ask("memory")[0],
            "torchvision.io, bytes in memory": timed(lambda: torchvision_io(tensors, crop), count),
            "ours, files": ours.ask("epoch")[0],
            "ImageFolder + DataLoader": timed(lambda: image_folder(folder, crop), count),
            "ours, cache, first epoch of a run": first,
            "ours, cache, later epochs": later,
        })
    return {name: min(turn[name] for turn in turns) for name in turns[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("timer")
    parser.add_argument("--folder")
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    ours = Ours(arguments.timer)
    print("torch %s, torchvision %s, Pillow %s" % (torch.__version__, torchvision.__version__, Image.__version__))
    print("| crop | torchvision.io | ours | ratio | ImageFolder | ours | ratio | cache, first epoch | later | files / later |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder
        if not folder:
            folder = os.path.join(temporary, "pictures")
            make_pictures(folder, arguments.images)
        for crop in CROPS:
            t = measure(ours, folder, crop, os.path.join(temporary, "cache"), arguments.repeats)
            memory, files = t["ours, bytes in memory"], t["ours, files"]
            peer, loader = t["torchvision.io, bytes in memory"], t["ImageFolder + DataLoader"]
            later = t["ours, cache, later epochs"]
            print("| %d | %.0f | %.0f | %.2f | %.0f | %.0f | %.2f | %.1f | %.1f | %.0f |" % (
                crop, peer, memory, peer / memory, loader, files, loader / files,
                t["ours, cache, first epoch of a run"], later, files / later))


if __name__ == "__main__":
    main()
