#version 330
// Fire on a card: noise that rises and thins out, hotter below and within.

uniform float time;
uniform float burning;  // 0 out, 1 high
uniform float seed;
uniform float tongues;  // how many the noise makes side by side, about

in vec2 uv;

out vec4 pixel;

float hash(vec2 p) { return fract(sin(dot(p, vec2(127.1, 311.7))) * 43758.5453); }

float noise(vec2 p) {
  vec2 i = floor(p), f = fract(p);
  f = f * f * (3.0 - 2.0 * f);
  return mix(mix(hash(i), hash(i + vec2(1, 0)), f.x), mix(hash(i + vec2(0, 1)), hash(i + vec2(1, 1)), f.x), f.y);
}

void main() {
  vec2 p = vec2(uv.x * 2.0 - 1.0, uv.y);
  float rise = time * 1.1;
  float sway = (noise(vec2(p.y * 2.0 - rise, seed * 7.0)) - 0.5) * 0.5 * p.y;
  vec2 q = vec2((p.x + sway) * tongues + seed * 13.0, p.y * 1.6 - rise);
  float lick = noise(q) * 0.55 + noise(q * vec2(2.1, 2.3) + 5.0) * 0.3 + noise(q * vec2(4.3, 4.1) + 9.0) * 0.15;
  float reach = (1.0 - pow(abs(p.x), 2.2)) * (0.30 + 1.05 * lick) * (0.35 + 0.65 * burning);
  float heat = clamp((reach - p.y) * 2.4, 0.0, 1.0) * smoothstep(1.0, 0.8, abs(p.x)) * smoothstep(0.0, 0.05, p.y);
  heat *= 0.55 + 0.75 * lick;
  vec3 hot = mix(vec3(0.75, 0.09, 0.01), vec3(1.0, 0.45, 0.06), smoothstep(0.10, 0.45, heat));
  hot = mix(hot, vec3(1.0, 0.86, 0.45), smoothstep(0.42, 0.95, heat));
  pixel = vec4(hot, smoothstep(0.02, 0.42, heat) * min(1.0, burning * 4.0));
}
