"""Builds the shop."""

load("@rules_python//python:defs.bzl", "py_library", run = "py_binary")
load(":prices.bzl", "prices")

LIMIT = 3

BasketInfo = provider("What is bought.", fields = ["items"])

def _basket_impl(ctx):
    """Collects what is bought.

    Args:
      ctx: the context of the rule
    """

    def checked(file):
        return file.basename

    files = [checked(file) for file in ctx.files.srcs]
    return [DefaultInfo(files = depset(files)), BasketInfo(items = files)]

basket = rule(
    implementation = _basket_impl,
    attrs = {
        "srcs": attr.label_list(allow_files = True),
    },
    doc = "A basket of files.",
)

# Twice the same.
def baskets(name, **kwargs):
    for part in ["a", "b"]:
        basket(name = name + part, **kwargs)

larger = lambda a, b: a if a > b else b

# The shop itself.
py_library(
    name = "shop",
    srcs = glob(["*.py"]),
    deps = [
        ":prices",
        "//shop/util:util",
    ],
)

run(name = "main", srcs = ["main.py"])
