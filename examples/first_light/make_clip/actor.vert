#version 330
uniform mat4 camera;
in vec3 position, normal, neutral;
in float extra;
out vec3 at, facing, place;
out float amount;

void main() {
    gl_Position = camera * vec4(position, 1.0);
    at = position;
    facing = normal;
    place = neutral;
    amount = extra;
}
