"""What tells the experiments of this paper apart; see the BUILD file."""

TOY_OVERLAYS = {scale: "configs/toy.%s.textproto" % scale for scale in ["cpu", "smoke"]}
CIFAR_OVERLAYS = {scale: "configs/cifar.%s.textproto" % scale for scale in ["cpu", "smoke"]}

# Of all runs on images. One run a cell in the paper; three at cpu scale, which claims ask for.
CIFAR_DATA = "@cifar10"
CIFAR_CLASSIFIER = "//eval/classifier:cifar10_lenet"
CIFAR_INCEPTION = "@inception"
CIFAR_SEEDS = {"smoke": 1, "cpu": 3, "paper": 1}
CIFAR_SEGMENTS = {"smoke": 1, "cpu": 1, "paper": 200}

# The seed of the authors' notebook. Run k has the k-th from there on, in every experiment: comparisons are paired.
FIRST_SEED = 15042017

def seeds(paper):
    """The numbers of seeds by scale, `paper` in the paper."""
    return {"smoke": 2, "cpu": 5, "paper": paper}

def iterations(number):
    """Scale settings: `number` of iterations where a figure looks beyond the overlays' 500."""
    return {scale: ["training.iterations=%d" % number] for scale in ["cpu", "smoke"]}

def gradient_penalty(side, weight, points = "SEGMENTS"):
    """Settings of Eq. (6), `side` "GP", or Eq. (8), "LP"."""
    return [
        "gradient_penalty.side=" + {"GP": "TWO_SIDED", "LP": "ONE_SIDED"}[side],
        "gradient_penalty.weight=%s" % weight,
        "gradient_penalty.points=" + points,
    ]

def artefact_tags(name):
    """The tag of the figure or table that the claim `name` is about: "figure:15", "table:1"; else none."""
    for kind in ["figure", "table"]:
        if name.startswith(kind):
            return ["%s:%s" % (kind, name[len(kind):].split("_")[0])]
    return []

def pair_penalty(form, weight, absolute = True, squared = True):
    """Settings of Eqs. (7), (9) and (11)."""
    return [
        "pair_penalty.form=" + form,
        "pair_penalty.weight=%d" % weight,
        "pair_penalty.absolute=" + ("true" if absolute else "false"),
        "pair_penalty.squared=" + ("true" if squared else "false"),
    ]
