// Lights.
#version 450
#include "common.glsl"
#define SAMPLES 16

layout(binding = 0) uniform sampler2D albedo;
uniform vec3 sun;

struct Light {
    vec3 position;
    float power;
};

float shade(vec3 normal);

// How bright a point is.
float shade(vec3 normal) {
    if (dot(normal, sun) < 0.0) {
        return 0.0;
    }
    return max(dot(normal, sun), falloff(normal));
}

void main()
{
    color = texture(albedo, uv) * shade(normal);
}
