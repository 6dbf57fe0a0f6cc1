"""HCL: Terraform, OpenTofu, Packer, Nomad."""

from __future__ import annotations

from findspot.languages.record import Grammar, Language, words

LANGUAGE = Language(
    name="hcl",
    suffixes=words("tf tofu tfvars hcl nomad"),
    grammar=Grammar(bundled="hcl", queries=("hcl",)),
    test_name=r"\.(?:tftest|tofutest)$",
    lock_files=words(".terraform.lock.hcl"),
    runtimes=words("terraform"),
)
