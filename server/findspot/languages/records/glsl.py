"""Shading languages (GLSL, HLSL, WGSL, Metal), by their lines."""

from __future__ import annotations

from findspot.languages.record import Declared, Language, Opening, words

LANGUAGE = Language(
    name="glsl",
    suffixes=words("glsl vert frag comp geom tesc tese rgen rchit rmiss wgsl hlsl hlsli fx fxh metal glslv glslf"),
    declared=Declared(
        openings=(
            Opening("cls.struct", r"(?:typedef[ \t]+)?(?:struct|cbuffer|tbuffer)[ \t]+(?P<name>\w+)"),
            Opening("fn.function", r"fn[ \t]+(?P<name>\w+)[ \t]*\("),
            Opening(
                "fn.function",
                r"(?!(?:return|else|case|if|for|while|do|struct|uniform|in|out)\b)(?:[\w:]{1,60}(?:<[^<>\n]{1,80}>)?[ \t*&]+){1,5}(?P<name>[A-Za-z_]\w*)[ \t]*\(",
            ),
            Opening("sym.macro", r"#[ \t]*define[ \t]+(?P<name>\w+)"),
            Opening(
                "sym.variable",
                r"(?:layout[ \t]*\([^()\n]*\)[ \t]*)?uniform[ \t]+(?:(?:highp|mediump|lowp)[ \t]+)?\w+[ \t]+(?P<name>\w+)[ \t]*[;=\[]",
            ),
        ),
        ends="braces",
        comments=(r"//[^\n]*", r"/\*(?s:.*?)(?:\*/|\Z)"),
        references=(r"\b([A-Za-z_]\w*)[ \t]*\(",),
        imports=(r"#[ \t]*include[ \t]+[\x22<]([^\x22<>\n]+)[\x22>]",),
        keywords=frozenset(
            words(
                "if else for while switch return layout vec2 vec3 vec4 mat2 mat3 mat4 float2 float3 float4 float int uint bool main register defined sizeof"
            )
        )
        - {"main"},
    ),
    code=True,
)
