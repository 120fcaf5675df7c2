#version 330
// Places a vertex; what the light needs is in view space.

uniform mat4 p3d_ModelViewProjectionMatrix;
uniform mat4 p3d_ModelViewMatrix;
uniform mat4 p3d_ModelMatrix;
uniform mat3 p3d_NormalMatrix;

in vec4 p3d_Vertex;
in vec3 p3d_Normal;
in vec4 p3d_Color;
in vec2 p3d_MultiTexCoord0;

out vec3 place;   // in view space
out vec3 world;
out vec3 normal;  // in view space
out vec4 color;
out vec2 uv;

void main() {
  gl_Position = p3d_ModelViewProjectionMatrix * p3d_Vertex;
  place = (p3d_ModelViewMatrix * p3d_Vertex).xyz;
  world = (p3d_ModelMatrix * p3d_Vertex).xyz;
  normal = normalize(p3d_NormalMatrix * p3d_Normal);
  color = p3d_Color;
  uv = p3d_MultiTexCoord0;
}
