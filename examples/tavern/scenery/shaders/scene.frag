#version 330
// Warm lamps with fall-off, the first of which casts shadows; light from all around, dimmer in the room's corners.

const int LAMPS = 5;

uniform struct p3d_LightSourceParameters {
  vec4 color;
  vec4 position;  // in view space
  vec3 attenuation;
  sampler2DShadow shadowMap;
  mat4 shadowViewMatrix;
} p3d_LightSource[LAMPS];

uniform struct p3d_MaterialParameters {
  vec4 baseColor;
  vec4 emission;
  float roughness;
} p3d_Material;

uniform sampler2D p3d_Texture0;
uniform mat4 p3d_ViewMatrix;
uniform vec3 from_above;   // light from all around, by direction
uniform vec3 from_below;
uniform vec3 room_low;     // corners of the room, for the dimness near walls
uniform vec3 room_high;
uniform float softness;    // how far light reaches around: 0 wood, more for skin
uniform float exposure;
uniform float shadows;     // 1 where the first lamp casts them, else 0

in vec3 place;
in vec3 world;
in vec3 normal;
in vec4 color;
in vec2 uv;

out vec4 pixel;

float lit(vec3 n) {
  vec4 at = p3d_LightSource[0].shadowViewMatrix * vec4(place + n * 0.02, 1.0);
  if (at.w <= 0.0) return 1.0;
  float sum = 0.0;
  for (int i = 0; i < 4; ++i) {
    vec2 aside = (vec2(i & 1, i >> 1) - 0.5) * 0.0028 * at.w;
    sum += textureProj(p3d_LightSource[0].shadowMap, at + vec4(aside, -0.0012 * at.w, 0.0));
  }
  return sum * 0.25;
}

// Hable's filmic curve, as published ("Filmic Tonemapping Operators", 2010).
vec3 filmic(vec3 x) {
  return (x * (0.15 * x + 0.05) + 0.004) / (x * (0.15 * x + 0.5) + 0.06) - 0.02 / 0.3;
}

void main() {
  vec3 n = normalize(gl_FrontFacing ? normal : -normal);
  vec3 eye = normalize(-place);
  vec4 base = texture(p3d_Texture0, uv) * color * p3d_Material.baseColor;
  float rough = clamp(p3d_Material.roughness, 0.15, 1.0);
  float shine = 2.0 / (rough * rough * rough * rough) - 1.0;

  vec3 up = (p3d_ViewMatrix * vec4(0.0, 0.0, 1.0, 0.0)).xyz;
  vec3 low = max(world - room_low, 0.0), high = max(room_high - world, 0.0);
  vec3 gap = min(low, high);
  vec3 open = 0.45 + 0.55 * smoothstep(0.0, 0.9, gap);
  float dim = open.x * open.y * open.z;
  vec3 sum = mix(from_below, from_above, 0.5 + 0.5 * dot(n, up)) * dim * base.rgb;

  for (int i = 0; i < LAMPS; ++i) {
    vec3 to = p3d_LightSource[i].position.xyz - place * p3d_LightSource[i].position.w;
    float far = length(to);
    to /= far;
    vec3 a = p3d_LightSource[i].attenuation;
    vec3 light = p3d_LightSource[i].color.rgb / (a.x + a.y * far + a.z * far * far);
    if (i == 0 && shadows > 0.0) light *= lit(n);
    float facing = max((dot(n, to) + softness) / (1.0 + softness), 0.0);
    vec3 half_way = normalize(to + eye);
    float glint = pow(max(dot(n, half_way), 0.0), shine) * (shine + 8.0) * 0.0025 * (1.0 - rough);
    sum += light * (facing * facing * softness + facing * (1.0 - softness)) * base.rgb;
    sum += light * glint * step(0.0, dot(n, to));
  }
  float rim = pow(1.0 - max(dot(n, eye), 0.0), 4.0) * softness;
  sum += rim * from_above * 1.5 * base.rgb;
  sum += p3d_Material.emission.rgb;

  vec3 shown = filmic(sum * exposure) / filmic(vec3(6.0));
  pixel = vec4(pow(clamp(shown, 0.0, 1.0), vec3(1.0 / 2.2)), base.a);
}
