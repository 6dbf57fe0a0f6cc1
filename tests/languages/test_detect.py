"""Which language a file is in."""

from __future__ import annotations

import pytest

from findspot.languages.detect import language_of

CASES = [
    ("a/b.py", b"", "python"),
    ("types.PYI", b"", "python"),
    ("a.test.mjs", b"", "javascript"),
    ("a.d.ts", b"", "typescript"),
    ("a.tsx", b"", "tsx"),
    ("x.h", b"#ifndef X\nint f(void);\n", "c"),
    ("x.h", b"#pragma once\nnamespace a {\n", "cpp"),
    ("x.h", b"#include <string>\n", "cpp"),
    ("x.h", b"@interface A : NSObject\n", "objective-c"),
    ("a.m", b"", "objective-c"),
    ("a.m", b"// Copyright\n#import <Foundation/Foundation.h>\n", "objective-c"),
    ("a.m", b"static int f(void) {\n}\n", "objective-c"),
    ("a.m", b"function y = twice(x)\n% Twice.\ny = 2 * x;\n", "matlab"),
    ("a.m", b"%% Script\nclear all\n", "matlab"),
    ("a.m", b"x = linspace(0, 1);\nplot(x)\n", "matlab"),
    ("a.m", b"% A queue.\n:- module queue.\n:- interface.\n", "mercury"),
    ("a.m", b"(* ::Package:: *)\nf[x_] := x^2\n", "mathematica"),
    ("a.cu", b"", "cuda"),
    ("a.v", b"// A counter.\nmodule counter(input clk);\n", "verilog"),
    ("a.v", b"Require Import List.\nLemma nil : True.\n", "coq"),
    ("a.v", b"(* Lists. *)\nModule Lists.\n", "coq"),
    ("a.v", b"`resetall\n\nmodule ram\n(\n  input clk\n);\n  (* keep *)\n  reg [7:0] byte;\nendmodule\n", "verilog"),
    ("a.fs", b"module Shop\nlet x = 1\n", "fsharp"),
    ("a.fs", b"#version 330\nvoid main() {}\n", "glsl"),
    ("Gemfile", b"", "ruby"),
    ("Dockerfile", b"", "dockerfile"),
    ("Dockerfile.dev", b"", "dockerfile"),
    ("CMakeLists.txt", b"", "cmake"),
    ("bin/tool", b"#!/usr/bin/env python3\n", "python"),
    ("bin/tool", b"#!/usr/bin/env -S node --x\n", "javascript"),
    ("bin/tool", b"#!/usr/bin/env -S uv run --script\n", "python"),
    ("bin/tool", b"#!/usr/bin/env Rscript --vanilla\n", "r"),
    ("bin/tool", b"#!/usr/bin/env -S pwsh -NoProfile\n", "powershell"),
    ("bin/tool", b"#!/usr/bin/perl -w\n", "perl"),
    ("bin/tool", b"#!/usr/bin/env bb\n", "clojure"),
    ("bin/tool", b"#! /usr/local/bin/ruby2.7 -w\n", "ruby"),
    ("bin/tool", b"#!/bin/sh -e\n", "bash"),
    ("bin/tool", b"#!/usr/bin/lua5.4\n", "lua"),
    ("bin/tool", b"#!/opt/strange\n", None),
    ("README", b"", "text"),
    ("notes.txt", b"Notes\n=====\n", "text"),
    ("index.txt", b".. _index:\n\nIndex\n=====\n", "rst"),
    ("a.yml", b"", "yaml"),
    ("a.unknown", b"", None),
    (".gitignore", b"", "ignore"),
    ("Makefile", b"", "makefile"),
    ("justfile", b"", "just"),
    ("main.tf", b"", "hcl"),
    ("api.Dockerfile", b"", "dockerfile"),
    ("models/orders.sql", b"", "sql"),
    ("pipeline.graphqls", b"", "graphql"),
    ("theme.less", b"", "scss"),
    ("events.jsonl", b"", "json-lines"),
]


@pytest.mark.parametrize(("path", "head", "language"), CASES)
def test_language_of_a_file(path: str, head: bytes, language: str | None) -> None:
    assert language_of(path, head) == language
