"""What paths are for, by the conventions of many languages."""

from __future__ import annotations

import pytest

from findspot.core.types import PathClass
from findspot.languages.paths import path_class, unit_class

CASES = {
    PathClass.SOURCE: """
        app.py  src/main.rs  cmd/server/main.go  lib/user.rb  src/index.d.ts  stubs/yaml.pyi  include/ring.h
        app/migrations/0001_initial.py  db/migrate/20200101_create_users.rb  django/test/client.py  go/doc/comment.go
        src/latest.ts  src/contest/rank.py  pkg/protest.go  src/attestation.rs  lib/testimonial.rb  src/Manifest.java
        src/main/java/org/example/Latest.java  app/Http/Kernel.php  src/components/Demonstration.tsx  src/decorator/Generated.ts
        static/site.css  templates/base.html  schema.sql  src/docstring.py  src/exampleless.py  deps/graph/index.ts  dependencies/get.py  src/deps/solve.c  terraform/main.tf
    """,
    PathClass.TEST: """
        tests/test_app.py  app/tests.py  conftest.py  pkg/queue_test.go  src/app.spec.ts  src/app.test.tsx
        src/__tests__/app.js  spec/models/user_spec.rb  test/user_test.rb  src/test/java/org/A.java
        src/main/java/org/UserTest.java  app/UserTests.cs  Shop.Tests/Orders.cs  src/jvmTest/kotlin/A.kt
        Tests/AppTests/AppTests.swift  tests/Feature/LoginTest.php  src/store_test.cc  base/ring_unittest.cc
        testdata/in.json  pkg/testdata/a.go  tests/fixtures/a.yaml  e2e/login.ts  cypress/login.cy.ts  run.bats
        src/it/UserServiceIT.java  core/src/test/scala/TreeSpec.scala  lib/tree_spec.lua  src/tests.rs  jest.config.js
        test/support/setup.ex  src/__snapshots__/a.js.snap  okhttp-tests/src/a.kt  tests/README.md  src/codecs_test.exs
        app/QueueSpec.hs  src/test.zig
        packages/core/test/index.js  TestRunner.java  src/a_test.zig  test_utils/helper.py  tests/Dockerfile
    """,
    PathClass.DOCS: """
        README.md  docs/index.rst  docs/conf.py  doc/manual.tex  LICENSE  CHANGELOG.md  packages/a/docs/guide.mdx
        src/pkg/notes.adoc  AUTHORS  docs/ref/constraints.txt  doc/build.py  gopls/doc/features.png  CONTRIBUTING.rst
    """,
    PathClass.EXAMPLE: """
        examples/basic.py  example/main.go  samples/guide/A.java  demo/index.html  benchmarks/run.py  benches/parse.rs
        src/Button.stories.tsx  docs/examples/a.py  playground/src/index.ts  src/jmh/java/A.java  config.yml.example
        rust-examples/a.rs  benchmark_parse.py
    """,
    PathClass.GENERATED: """
        api/user.pb.go  api/user_pb2.py  api/user_pb2_grpc.py  api/user_pb2.pyi  api/user_pb.d.ts  src/user.g.dart
        Form1.Designer.cs  src/schema.generated.ts  src/__generated__/q.ts  zz_generated.deepcopy.go  static/app.min.js
        package-lock.json  yarn.lock  Cargo.lock  go.sum  poetry.lock  locale/de/django.po  pkg/enum_gen.go
        dist/index.js  app.js.map  src/parser.gen.ts  .gas-snapshot
    """,
    PathClass.VENDORED: """
        vendor/github.com/a/b.go  third_party/zlib/zlib.c  node_modules/a/index.js  static/js/vendor/jquery.js
        src/_vendor/six.py  Pods/A/A.swift  third-party/a_test.go  venv/lib/python3/site-packages/a.py
        include/log/fmt/bundled/format.h  deps/zlib/inflate.c  dependencies/json/json.hpp  dependencies/math/sum.cu
    """,
    PathClass.CONFIG: """
        pyproject.toml  setup.py  .github/workflows/ci.yml  package.json  tsconfig.json  Dockerfile  Makefile
        requirements-dev.txt  webpack.config.js  .eslintrc.js  build.gradle.kts  CMakeLists.txt  app/app.csproj
        config/database.yml  .gitignore  pom.xml  go.mod  Jenkinsfile  deploy/values.yaml  constraints.txt
        vite.config.mts  Dockerfile.dev  .github/PULL_REQUEST_TEMPLATE.md
    """,
}


@pytest.mark.parametrize(
    ("path", "expected"), [(path, expected) for expected, paths in CASES.items() for path in paths.split()]
)
def test_class_of_a_path(path: str, expected: PathClass) -> None:
    assert path_class(path) is expected


def test_a_path_of_several_classes_has_the_first_in_order() -> None:
    order = ["vendor/tests/docs/a.py", "tests/docs/a_pb2.py", "docs/tests/a.py", "docs/examples/a.py"]
    assert [path_class(path) for path in order] == [
        PathClass.VENDORED,
        PathClass.GENERATED,
        PathClass.TEST,
        PathClass.EXAMPLE,
    ]


@pytest.mark.parametrize(
    ("path", "symbol", "expected"),
    [
        ("src/walk.rs", "tests.skips_hidden", PathClass.TEST),
        ("src/walk.rs", "walk.path_tests.Case.run", PathClass.TEST),
        ("src/walk.rs", "tests_mmap.opens", PathClass.TEST),
        ("src/walk.rs", "Walker.tests", PathClass.SOURCE),
        ("src/walk.rs", "latest.open", PathClass.SOURCE),
        ("src/walk.rs", None, PathClass.SOURCE),
        ("src/Lint.hs", "prop_checkBang", PathClass.TEST),
        ("src/Lint.hs", "checkBang", PathClass.SOURCE),
        ("src/Lint.hs", "my_prop_check", PathClass.SOURCE),
        ("src/walk.py", "tests.skips_hidden", PathClass.SOURCE),
    ],
)
def test_class_of_a_definition(path: str, symbol: str | None, expected: PathClass) -> None:
    assert unit_class(PathClass.SOURCE, path, symbol) is expected


def test_a_definition_is_never_nearer_than_its_file() -> None:
    assert unit_class(PathClass.VENDORED, "vendor/a.rs", "tests.it") is PathClass.VENDORED
