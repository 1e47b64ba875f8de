"""What the experiments of this paper have in common; see the BUILD file."""

# Photographs, and the classifier whose features compare generated with real images: of CIFAR-10 where it is given
# (tools/deps/cifar10.bzl), else of drawn portraits.
FACES = "@faces"
CLASSIFIER = "//eval/classifier:cifar10_lenet"

# Of the methods that are compared; claims ask for three.
COMPARED_SEEDS = {"smoke": 1, "cpu": 3, "paper": 1}

# Experiments: WGAN-QC and what it is compared with on the same data; all that trains.
CELEBA_METHODS = ["celeba", "celeba_wgan_gp", "celeba_wgan_div", "celeba_crgan"]
LSUN_METHODS = ["lsun", "lsun_wgan_gp", "lsun_wgan_div", "lsun_crgan"]
IMAGE_EXPERIMENTS = CELEBA_METHODS + LSUN_METHODS + ["celebahq", "dog"]

# Scale settings: below the paper's scale any folder of faces will do for CelebA-HQ.
ANY_FACES = {scale: ["dataset.image_folder.crop=CENTER_SQUARE"] for scale in ["smoke", "cpu"]}

# Scale settings: the dogs' learning rates fall after four fifths of the iterations, as in the paper.
DOG_MILESTONES = {
    scale: ["%s_optimizer.milestones=%d" % (network, iteration) for network in ["critic", "generator"]]
    for scale, iteration in [("smoke", 5), ("cpu", 1600)]
}

def overlays(networks):
    """What all methods have in common at a scale, then what `networks` (wganqc, gp_baselines or crgan) need there."""
    return {
        scale: ["configs/%s.%s.textproto" % (name, scale) for name in ["images", networks]]
        for scale in ["smoke", "cpu"]
    }

def scores(image_size):
    """Settings: how samples are scored at the paper's scale. The classifier sees 32x32."""
    return [
        "scores.every=5000",
        "scores.samples=10000",
        "scores.real_samples=50000",
        "scores.shrink=%d" % (image_size // 32),
    ]
