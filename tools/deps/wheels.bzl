"""Libraries out of Python wheels, fetched by pip.

pip knows the mirrors, proxies and certificates that the user has set up for it;
versions and digests are pinned by the callers.
"""

load(":system_library.bzl", "missing_package")

# The wheels are fetched for their C++ libraries: the Python version only picks
# one of several wheels that hold the same ones.
_PIP = [
    "-m",
    "pip",
    "download",
    "--quiet",
    "--progress-bar=off",
    "--disable-pip-version-check",
    "--no-deps",
    "--only-binary=:all:",
    "--require-hashes",
    "--implementation=cp",
    "--python-version=3.11",
    "--abi=cp311",
    "--platform=manylinux_2_28_x86_64",
    "--platform=manylinux_2_27_x86_64",
    "--platform=manylinux_2_25_x86_64",
    "--platform=manylinux_2_18_x86_64",
    "--platform=manylinux2014_x86_64",
    "--dest=wheels",
]

# A download that broke off; another try is worth it.
_BROKEN_OFF = [
    "Connection broken",
    "IncompleteRead",
    "ConnectionReset",
    "ReadTimeout",
    "Read timed out",
]

_NETWORK_ERRORS = _BROKEN_OFF + [
    "Failed to establish a new connection",
    "Temporary failure in name resolution",
    "ConnectTimeout",
    "ProxyError",
    "SSLError",
    "Max retries exceeded",
]

def wheel(name, version, sha256, size):
    """A wheel on the package index.

    Args:
      name: the project's name on the index.
      version: the exact version.
      sha256: digest of the wheel for Linux x86_64.
      size: as shown to the user while it is fetched, such as "539 MB".

    Returns:
      What fetch_wheels takes.
    """
    return struct(name = name, version = version, sha256 = sha256, size = size)

def _first_in(words, text):
    """The first of `words` that is part of `text`, or None."""
    for word in words:
        if word in text:
            return word
    return None

def _failure(ctx, wheel, result):
    """One sentence for a `pip download` that failed: what, where, what to do."""
    what = "@%s: fetching the wheel %s %s with pip failed: " % (ctx.name, wheel.name, wheel.version)
    output = result.stderr + result.stdout
    if "No module named pip" in output:
        return missing_package("pip, which fetches %s from PyPI," % wheel.name, "python3-pip")
    if "DO NOT MATCH THE HASHES" in output:
        return what + ("the file has another SHA-256 digest than tools/deps pins (%s); " % wheel.sha256 +
                       "use an index or mirror that serves the original file, and empty pip's " +
                       "cache with `python3 -m pip cache purge`.")
    if "No space left on device" in output:
        return what + "the disk is full; make room and build again."
    error = _first_in(_NETWORK_ERRORS, output)
    if error:
        return what + ("no connection to the package index (%s); check the network, or set " % error +
                       "PIP_INDEX_URL or PIP_PROXY, and build again.")
    if "Timeout" in output or "timed out" in output:
        return what + "it took longer than two hours; check the network and build again."
    if "No matching distribution found" in output:
        return what + ("the package index that pip is set to use does not have it; set PIP_INDEX_URL " +
                       "to one that has it, such as https://pypi.org/simple, and build again.")
    errors = [line for line in output.split("\n") if line.startswith("ERROR:")]
    return what + (errors[-1] if errors else output.strip() or "it gave no reason") + "."

def fetch_wheels(ctx, wheels, libraries, headers = False):
    """Puts libraries of wheels into lib/ and, if asked, LibTorch's headers into include/.

    Fails in one sentence that says what went wrong and what to do.

    Args:
      ctx: the repository context.
      wheels: list of wheel().
      libraries: file names of libraries, or patterns with `*`; each must be in a wheel.
      headers: whether to take torch/include.
    """
    python = ctx.which("python3")
    if not python:
        fail(missing_package("`python3`, which fetches @%s from PyPI," % ctx.name, "python3-pip"))
    machine = ctx.execute(["uname", "-sm"]).stdout.strip()
    if machine != "Linux x86_64":
        fail(("@%s: tools/deps pins wheels for Linux x86_64 and this machine is %s; build on " +
              "x86_64, or add the wheels of this machine's kind there.") % (ctx.name, machine))

    for wheel in wheels:
        ctx.report_progress("Fetching %s %s (%s)" % (wheel.name, wheel.version, wheel.size))
        ctx.file(
            "requirements.txt",
            "%s==%s --hash=sha256:%s\n" % (wheel.name, wheel.version, wheel.sha256),
            executable = False,
        )
        for _ in range(3):
            result = ctx.execute([python] + _PIP + ["--requirement=requirements.txt"], timeout = 7200)
            if result.return_code == 0 or not _first_in(_BROKEN_OFF, result.stderr):
                break
        if result.return_code != 0:
            fail(_failure(ctx, wheel, result))

        # One by one, so that no more than one wheel takes room beside the result.
        ctx.report_progress("Unpacking %s %s" % (wheel.name, wheel.version))
        result = ctx.execute(
            [python, ctx.path(Label("//tools/deps:unpack_wheels.py")), "wheels", "."] +
            (["--headers"] if headers else []) + libraries,
            timeout = 1800,
        )
        if result.return_code != 0:
            fail("@%s: unpacking the wheel %s %s failed: %s" %
                 (ctx.name, wheel.name, wheel.version, result.stderr.strip()))
        ctx.delete("wheels")
    ctx.delete("requirements.txt")

    names = [path.basename for path in ctx.path("lib").readdir()]
    for library in libraries:
        start, _, end = library.partition("*")
        if not [name for name in names if name.startswith(start) and name.endswith(end)]:
            fail("@%s: %s is in none of the wheels that tools/deps pins." % (ctx.name, library))
