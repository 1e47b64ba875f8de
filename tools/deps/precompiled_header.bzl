"""A header that is compiled once, ahead of the files that include it.

Parsing <torch/torch.h> takes 20 s, most of the time of every file that includes
it. GCC can load the parsed form instead, in 2 s, on two conditions: that it is
the first thing in the file, and that a header of that name is asked for.

Both are met with no change to any source. .bazelrc has the compiler include
<bits/c++config.h> first in every file: libstdc++'s own configuration, which
every header of the C++ library includes anyway. Where the include path starts
with the folder made here, a precompiled header of that name is found in its
place. What depends on the rule gets it, all else gets the system's.

When it does not fit (another -O or -g for one target, say), GCC passes over it
in silence and parses the headers as usual: slower, never wrong.
"""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "CPP_COMPILE_ACTION_NAME")
load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")

_STAND_IN = "bits/c++config.h"

def _precompiled_header_impl(ctx):
    toolchain = find_cpp_toolchain(ctx)
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )
    compiler = cc_common.get_tool_for_action(
        feature_configuration = features,
        action_name = CPP_COMPILE_ACTION_NAME,
    )
    if "clang" in compiler:
        # Clang finds precompiled headers in another way; it does without.
        return [CcInfo()]
    folder = ctx.label.name
    header = ctx.actions.declare_file(folder + "/" + _STAND_IN)
    precompiled = ctx.actions.declare_file(folder + "/" + _STAND_IN + ".gch")
    dependencies = ctx.actions.declare_file(folder + "/" + _STAND_IN + ".d")

    # For the second time the name is asked for, and where GCC passes over the
    # precompiled one.
    ctx.actions.write(header, "#include_next <%s>\n" % _STAND_IN)

    source = ctx.actions.declare_file(folder + "/all.h")
    ctx.actions.write(source, "".join(["#include <%s>\n" % name for name in ctx.attr.headers]))

    compilation = cc_common.merge_cc_infos(
        cc_infos = [dep[CcInfo] for dep in ctx.attr.deps],
    ).compilation_context
    variables = cc_common.create_compile_variables(
        feature_configuration = features,
        cc_toolchain = toolchain,
        source_file = source.path,
        output_file = precompiled.path,
        user_compile_flags = ctx.fragments.cpp.copts + ctx.fragments.cpp.cxxopts,
        include_directories = compilation.includes,
        quote_include_directories = compilation.quote_includes,
        system_include_directories = compilation.system_includes,
        preprocessor_defines = compilation.defines,
    )
    command = cc_common.get_memory_inefficient_command_line(
        feature_configuration = features,
        action_name = CPP_COMPILE_ACTION_NAME,
        variables = variables,
    )
    ctx.actions.run(
        mnemonic = "CppPrecompile",
        progress_message = "Precompiling " + ", ".join(ctx.attr.headers),
        executable = compiler,
        # With -MD, the precompiled header remembers its parts, so that
        # -fpch-deps (.bazelrc) reports them and a change of one is noticed.
        arguments = ["-x", "c++-header", "-MD", "-MF", dependencies.path] + command,
        env = cc_common.get_environment_variables(
            feature_configuration = features,
            action_name = CPP_COMPILE_ACTION_NAME,
            variables = variables,
        ),
        inputs = depset(
            [source],
            transitive = [compilation.headers, toolchain.all_files],
        ),
        outputs = [precompiled, dependencies],
    )
    return [CcInfo(compilation_context = cc_common.create_compilation_context(
        headers = depset([header, precompiled, source]),
        system_includes = depset([header.dirname[:-len("/bits")]]),
    ))]

precompiled_header = rule(
    implementation = _precompiled_header_impl,
    doc = """Precompiles `headers` for all targets that depend on this one.

    Put it first in the `deps` of the library that the headers belong to.

    Args:
      headers: header names as written between < and >; the order is kept.
      deps: the libraries that hold them.
    """,
    attrs = {
        "headers": attr.string_list(mandatory = True),
        "deps": attr.label_list(providers = [CcInfo], mandatory = True),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    },
    fragments = ["cpp"],
    incompatible_use_toolchain_transition = True,
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)
