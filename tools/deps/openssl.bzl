"""@openssl: OpenSSL's libcrypto, from the distribution (libssl-dev)."""

load(":system_library.bzl", "system_library")

def openssl():
    system_library(
        name = "openssl",
        what = "OpenSSL's libcrypto",
        package = "libssl-dev",
        headers = ["openssl/evp.h"],
        libraries = ["libcrypto.so"],
        build = '''
cc_library(
    name = "crypto",
    hdrs = ["version.h"],
    linkopts = ["-lcrypto"],
)
''',
    )
