"""ripgrep's names for types of files, as far as they are something that an index holds, and names of languages it lacks.

A type is a list of globs that the name of a file must match, case-sensitive. Where ripgrep has a type of the same name,
it has the same globs, with those of its later versions.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_TYPES: Final = """
ada: *.adb *.ads
asciidoc: *.adoc *.asc *.asciidoc
asm assembly: *.asm *.s *.S
astro: *.astro
awk: *.awk
bat batch: *.bat *.cmd
bazel: *.bazel *.bazelrc *.bzl *.BUILD BUILD MODULE.bazel WORKSPACE WORKSPACE.bazel WORKSPACE.bzlmod
blade: *.blade.php
c: *.[chH] *.[chH].in *.cats
clojure: *.clj *.cljc *.cljs *.cljx
cmake: *.cmake CMakeLists.txt
cobol: *.cob *.COB *.cbl *.CBL *.cpy *.CPY *.ccp *.CCP
config: *.cfg *.conf *.config *.ini
cpp: *.[ChH] *.cc *.[ch]pp *.[ch]xx *.hh *.inl *.[ChH].in *.cc.in *.[ch]pp.in *.[ch]xx.in *.hh.in
crystal: Projectfile *.cr *.ecr shard.yml
cs csharp: *.cs
cshtml: *.cshtml
css: *.css *.scss
csv: *.csv
cuda: *.cu *.cuh
cython: *.pyx *.pxi *.pxd
d: *.d
dart: *.dart
diff: *.patch *.diff
docker dockerfile: *Dockerfile*
dockercompose: docker-compose.yml docker-compose.*.yml
edn: *.edn
elisp: *.el
elixir: *.ex *.eex *.exs *.heex *.leex *.livemd
elm: *.elm
erb: *.erb
erlang: *.erl *.hrl
fish: *.fish
fortran: *.f *.F *.f77 *.F77 *.pfo *.f90 *.F90 *.f95 *.F95
fsharp: *.fs *.fsx *.fsi
glsl: *.glsl *.vert *.frag *.comp *.geom *.tesc *.tese *.rgen *.rchit *.rmiss *.wgsl *.hlsl *.hlsli *.fx *.fxh *.metal *.glslv *.glslf
gn: *.gn *.gni
go: *.go
gradle: *.gradle *.gradle.kts gradle.properties gradle-wrapper.* gradlew gradlew.bat
graphql: *.graphql *.graphqls
groovy: *.groovy *.gradle
h: *.h *.hh *.hpp
haml: *.haml
handlebars: *.hbs *.handlebars *.mustache
haskell: *.hs *.lhs *.cpphs *.c2hs *.hsc
hbs: *.hbs
hcl: *.tf *.tofu *.tfvars *.hcl *.nomad
hs: *.hs *.lhs
html: *.htm *.html *.ejs
ini: *.ini
java: *.java *.jsp *.jspx *.properties
jinja: *.j2 *.jinja *.jinja2
jl julia: *.jl
js javascript: *.js *.jsx *.vue *.cjs *.mjs
json: *.json composer.lock *.sarif
jsonl: *.jsonl
jupyter notebook: *.ipynb *.jpynb
kotlin: *.kt *.kts
less: *.less
license: COPYING COPYING[.-]* COPYRIGHT COPYRIGHT[.-]* EULA EULA[.-]* licen[cs]e licen[cs]e.* LICEN[CS]E LICEN[CS]E[.-]* *[.-]LICEN[CS]E* NOTICE NOTICE[.-]* PATENTS PATENTS[.-]* UNLICEN[CS]E UNLICEN[CS]E[.-]* agpl[.-]* gpl[.-]* lgpl[.-]* AGPL-*[0-9]* APACHE-*[0-9]* BSD-*[0-9]* CC-BY-* GFDL-*[0-9]* GNU-*[0-9]* GPL-*[0-9]* LGPL-*[0-9]* MIT-*[0-9]* MPL-*[0-9]* OFL-*[0-9]*
lisp: *.el *.jl *.lisp *.lsp *.sc *.scm
literate: *.Rmd *.rmd *.qmd *.Rmarkdown *.rmarkdown
lock: *.lock package-lock.json
log: *.log
lua: *.lua
m4: *.ac *.m4
make makefile: [Gg][Nn][Uu]makefile [Mm]akefile [Gg][Nn][Uu]makefile.am [Mm]akefile.am [Gg][Nn][Uu]makefile.in [Mm]akefile.in *.mk *.mak
markdown md: *.markdown *.md *.mdown *.mdwn *.mkd *.mkdn *.mdx
matlab: *.m
meson: meson.build meson_options.txt meson.options
minified: *.min.html *.min.css *.min.js
ml: *.ml
msbuild: *.csproj *.fsproj *.vcxproj *.proj *.props *.targets *.sln
nim: *.nim *.nimf *.nimble *.nims
nix: *.nix
objc: *.h *.m
objcpp: *.h *.mm
ocaml: *.ml *.mli *.mll *.mly
org: *.org *.org_archive
pascal: *.pas *.dpr *.lpr *.pp *.inc
perl: *.perl *.pl *.PL *.plh *.plx *.pm *.t
php: *.php *.php3 *.php4 *.php5 *.php7 *.php8 *.pht *.phtml
po: *.po
pod: *.pod
prolog: *.pl *.pro *.prolog *.P
protobuf: *.proto
ps powershell: *.cdxml *.ps1 *.ps1xml *.psd1 *.psm1
puppet: *.epp *.erb *.pp *.rb
py python: *.py *.pyi
qml: *.qml
r: *.R *.r *.Rmd *.rmd *.Rnw *.rnw
racket: *.rkt
razor: *.cshtml *.razor
readme: README* *README
rst: *.rst
ruby: config.ru Gemfile .irbrc Rakefile *.gemspec *.rb *.rbw *.rake
rust: *.rs
sass: *.sass *.scss
scala: *.scala *.sbt
sh bash: .bash_login bash_login .bash_logout bash_logout .bash_profile bash_profile .bashrc bashrc *.bashrc .cshrc *.cshrc .kshrc *.kshrc .login .logout .profile profile .tcshrc .zlogin zlogin .zlogout zlogout .zprofile zprofile .zshenv zshenv .zshrc zshrc *.bash *.csh *.env *.ksh *.sh *.tcsh *.zsh
scheme: *.scm *.ss *.sld *.sls *.sps
scss: *.scss *.less
slim: *.skim *.slim *.slime
solidity: *.sol
sql: *.sql *.psql
starlark: *.bzl *.star
stylus: *.styl
sv: *.v *.vg *.sv *.svh *.h
svelte: *.svelte *.svelte.ts
svg: *.svg
swift: *.swift
systemd: *.automount *.conf *.device *.link *.mount *.path *.scope *.service *.slice *.socket *.swap *.target *.timer
tcl: *.tcl
tex: *.tex *.ltx *.cls *.sty *.bib *.dtx *.ins
textile: *.textile
tf: *.tf *.tf.json *.tfvars *.tfvars.json *.terraform.lock.hcl terraform.rc .terraformrc
terraform: *.tf *.tofu *.tfvars *.tf.json *.tfvars.json *.hcl
thrift: *.thrift
toml: *.toml Cargo.lock
ts typescript: *.ts *.tsx *.cts *.mts
tsx: *.tsx
twig: *.twig
txt: *.txt
vb: *.vb
verilog: *.v *.vh *.sv *.svh
vhdl: *.vhd *.vhdl
vim vimscript: *.vim .vimrc .gvimrc vimrc gvimrc _vimrc _gvimrc
vue: *.vue
webidl: *.idl *.webidl *.widl
xml: *.xml *.xml.dist *.dtd *.xsl *.xslt *.xsd *.xjb *.rng *.sch *.xhtml
yaml: *.yaml *.yml
zig: *.zig
zsh: .zshenv zshenv .zlogin zlogin .zlogout zlogout .zprofile zprofile .zshrc zshrc *.zsh
"""


def _table(text: str) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in text.strip().splitlines():
        names, _, globs = line.partition(":")
        found |= dict.fromkeys(names.split(), tuple(globs.split()))
    return MappingProxyType(dict(sorted(found.items())))


FILE_TYPES: Final = _table(_TYPES)
"""The globs of each type by its name, in alphabetical order."""


def type_mistake(name: str) -> str:
    """Return in words why ``name`` is no type; empty when it is one."""
    if name in FILE_TYPES:
        return ""
    near = difflib.get_close_matches(name.lower(), FILE_TYPES, n=1)
    hint = f"did you mean '{near[0]}'?" if near else "--type-list shows what there is"
    return f"'{name[:40]}' is not a type of files; {hint}"
