#version 330
// Paints by `place`, the point's position on the neutral face, so that paint moves with the skin.
uniform int material;
uniform vec3 eye_position, look;
uniform vec3 eye_centers[2];
uniform float wrinkles[6];  // glabella, forehead, nasolabial, crow, nose, chin
uniform float blush;
in vec3 at, facing, place;
in float amount;
out vec4 color;

const vec3 KEY = normalize(vec3(-0.55, 0.55, 0.75));
const vec3 FILL = normalize(vec3(0.85, 0.05, 0.55));

float hash(vec3 p) { return fract(sin(dot(p, vec3(12.9898, 78.233, 37.719))) * 43758.5453); }

float noise(vec3 p) {
    vec3 i = floor(p), f = fract(p);
    f = f * f * (3.0 - 2.0 * f);
    return mix(mix(mix(hash(i), hash(i + vec3(1, 0, 0)), f.x), mix(hash(i + vec3(0, 1, 0)), hash(i + vec3(1, 1, 0)), f.x), f.y),
               mix(mix(hash(i + vec3(0, 0, 1)), hash(i + vec3(1, 0, 1)), f.x), mix(hash(i + vec3(0, 1, 1)), hash(i + vec3(1, 1, 1)), f.x), f.y), f.z);
}

float bump(float distance, float width) { return exp(-distance * distance / (width * width)); }
float spot(vec2 center, vec2 radius) { vec2 d = (vec2(abs(place.x), place.y) - center) / radius; return exp(-dot(d, d)); }

vec3 lit(vec3 albedo, vec3 n, float softness, float gloss, float sharp) {
    vec3 view = normalize(eye_position - at);
    float key = max((dot(n, KEY) + softness) / (1.0 + softness), 0.0);
    float fill = max((dot(n, FILL) + 0.4) / 1.4, 0.0);
    float sky = 0.5 + 0.5 * n.y;
    float rim = pow(1.0 - max(dot(n, view), 0.0), 3.0);
    vec3 red = vec3(0.10, 0.015, 0.0) * softness * key * (1.0 - key) * 4.0;
    vec3 light = vec3(0.92, 0.88, 0.82) * key + vec3(0.20, 0.22, 0.26) * fill + vec3(0.25, 0.26, 0.28) * (0.5 + 0.5 * sky);
    vec3 half_way = normalize(KEY + view);
    float shine = gloss * pow(max(dot(n, half_way), 0.0), sharp);
    return albedo * (light + red) + vec3(1.0, 0.97, 0.92) * shine + vec3(0.10, 0.10, 0.11) * rim * albedo;
}

float lips() {
    float x = abs(place.x);
    float top = -2.56 - 0.90 * pow(clamp((x - 0.45) / 2.0, 0.0, 1.0), 1.5) - 0.16 * bump(place.x, 0.32);
    float bottom = -4.42 + 0.95 * pow(min(x / 2.45, 1.0), 2.2);
    return smoothstep(0.0, 0.16, top - place.y) * smoothstep(0.0, 0.18, place.y - bottom)
         * (1.0 - smoothstep(2.25, 2.6, x)) * step(7.5, place.z);
}

float brow() {
    float x = abs(place.x);
    float t = (x - 1.15) / 4.85;
    float middle = 5.10 + 2.9 * t * (1.0 - t) + 0.10 * t;
    float thick = 0.60 * (1.0 - 0.62 * t) * smoothstep(-0.02, 0.12, t) * (1.0 - smoothstep(0.85, 1.0, t));
    float strands = noise(vec3(place.x * 9.0 + place.y * 6.0, place.y * 3.0 - x * 3.0, 0.0));
    float inside = 1.0 - smoothstep(0.55, 1.05, abs(place.y - middle) / max(thick, 0.01) + 0.35 * (strands - 0.5));
    return inside * step(0.01, thick) * step(5.0, place.z);
}

float folds() {
    float x = abs(place.x), y = place.y;
    float lines = 0.0;
    lines += wrinkles[0] * bump(x - 0.62 - 0.04 * (y - 5.0), 0.15) * smoothstep(3.9, 4.6, y) * (1.0 - smoothstep(6.0, 7.0, y));
    float arch = y + 0.02 * x * x;
    float forehead = bump(arch - 7.7, 0.14) + bump(arch - 8.75, 0.15) + 0.8 * bump(arch - 9.7, 0.15);
    lines += wrinkles[1] * forehead * (1.0 - smoothstep(2.8, 5.2, x));
    float down = clamp((-0.4 - y) / 3.3, 0.0, 1.0);
    lines += wrinkles[2] * bump(x - 1.95 - 1.45 * pow(down, 0.85), 0.20) * smoothstep(0.0, 0.12, down) * (1.0 - smoothstep(0.75, 1.0, down));
    lines += wrinkles[3] * (bump(y - 3.0 + 0.55 * (x - 5.4), 0.10) + bump(y - 3.6 - 0.35 * (x - 5.4), 0.10) + bump(y - 3.3 , 0.09)) * smoothstep(5.4, 5.8, x) * (1.0 - smoothstep(6.4, 7.2, x));
    lines += wrinkles[4] * (bump(y - 3.2 - 0.35 * x, 0.13) + bump(y - 2.6 - 0.45 * x, 0.13)) * (1.0 - smoothstep(0.9, 1.5, x));
    lines += wrinkles[5] * bump(y + 5.55 - 0.06 * x * x, 0.18) * (1.0 - smoothstep(0.8, 1.9, x));
    return clamp(lines, 0.0, 1.0) * step(4.0, place.z);
}

vec3 skin(vec3 n) {
    float grain = noise(place * 2.3) * 0.5 + noise(place * 7.0) * 0.3 + noise(place * 21.0) * 0.2;
    vec3 albedo = vec3(0.87, 0.655, 0.545) * (0.95 + 0.10 * grain);
    float warm = 0.42 * spot(vec2(5.0, -0.4), vec2(2.3, 1.9)) * (1.0 + blush) + 0.40 * spot(vec2(0.0, -0.3), vec2(1.7, 1.2))
               + 0.35 * smoothstep(7.6, 8.6, abs(place.x)) * step(-6.0, place.y) * step(place.y, 5.0);
    albedo = mix(albedo, vec3(0.86, 0.46, 0.40), clamp(warm, 0.0, 0.75));
    float jaw = smoothstep(-3.0, -5.5, place.y) * smoothstep(-9.5, -7.0, place.y) * step(2.0, place.z);
    albedo *= 1.0 - 0.05 * jaw;
    albedo *= 1.0 - 0.20 * spot(vec2(3.1, 4.75), vec2(2.0, 0.65)) - 0.12 * spot(vec2(2.9, 2.0), vec2(1.5, 0.5));
    albedo *= 1.0 - 0.62 * spot(vec2(0.95, -0.95), vec2(0.42, 0.26)) - 0.20 * spot(vec2(0.0, -1.75), vec2(1.0, 0.5));
    albedo *= 1.0 - 0.20 * spot(vec2(0.0, -4.95), vec2(1.5, 0.4));
    albedo = mix(albedo, albedo * vec3(0.52, 0.42, 0.40), folds());
    float mouth = lips();
    albedo = mix(albedo, vec3(0.74, 0.36, 0.34) * (0.94 + 0.12 * noise(vec3(place.x * 9.0, place.y, 0.0))), 0.85 * mouth);
    albedo = mix(albedo, vec3(0.16, 0.10, 0.075), 0.94 * brow());
    float neck = smoothstep(-6.4, -8.6, place.y);
    float under = neck * (1.0 - 0.35 * smoothstep(-12.0, -16.0, place.y));
    vec3 shaded = lit(albedo, n, 0.35, mix(0.10, 0.22, mouth), mix(18.0, 40.0, mouth));
    return shaded * (1.0 - 0.42 * under);
}

vec3 eyeball(vec3 n) {
    vec3 center = place.x > 0.0 ? eye_centers[0] : eye_centers[1];
    vec3 d = normalize(place - center);
    float angle = acos(clamp(dot(d, look), -1.0, 1.0));
    vec3 white = mix(vec3(0.90, 0.885, 0.87), vec3(0.84, 0.62, 0.57), smoothstep(0.55, 1.0, abs(d.x)));
    vec3 around = normalize(d - look * dot(d, look) + 1e-5);
    float rays = noise(vec3(atan(around.y, around.x) * 7.0, angle * 4.0, 1.0));
    vec3 iris = mix(vec3(0.20, 0.33, 0.30), vec3(0.42, 0.55, 0.42), rays) * (0.75 + 0.7 * smoothstep(0.1, -0.8, around.y));
    iris = mix(iris, vec3(0.07, 0.09, 0.09), smoothstep(0.33, 0.41, angle));
    vec3 albedo = mix(iris, white, smoothstep(0.40, 0.445, angle));
    albedo = mix(vec3(0.015), albedo, smoothstep(0.15, 0.18, angle));
    vec3 shaded = lit(albedo, normalize(mix(n, vec3(0, 0, 1), 0.4)), 0.5, 0.0, 1.0);
    shaded *= 0.62 + 0.38 * smoothstep(0.62, 0.18, d.y);
    vec3 glint = normalize(look + vec3(-0.17, 0.17, 0.0));
    return shaded + vec3(0.95) * smoothstep(0.075, 0.045, acos(clamp(dot(d, glint), -1.0, 1.0)));
}

vec3 hair(vec3 n) {
    vec3 q = place;
    float lane = atan(q.x + 3.0, q.z + 12.0) * 26.0 + 0.9 * noise(q * 0.6) + 0.35 * q.y;
    float strand = noise(vec3(lane * 2.2, q.y * 0.22, q.z * 0.15)) * 0.6 + noise(vec3(lane * 6.0, q.y * 0.3, 2.0)) * 0.4;
    vec3 albedo = mix(vec3(0.15, 0.09, 0.055), vec3(0.33, 0.205, 0.125), smoothstep(0.25, 0.85, strand));
    vec3 bent = normalize(n + 0.35 * vec3(strand - 0.5, 0.0, strand - 0.5));
    vec3 shaded = lit(albedo, bent, 0.2, 0.16 * strand, 14.0);
    return shaded * (0.62 + 0.38 * smoothstep(2.0, 10.0, q.y));
}

vec3 cloth(vec3 n) {
    float rib = 0.90 + 0.10 * sin(atan(place.x, place.z) * 90.0) * step(-11.9, place.y);
    float knit = 0.93 + 0.07 * noise(place * vec3(4.0, 9.0, 4.0));
    return lit(vec3(0.24, 0.36, 0.45) * rib * knit, n, 0.25, 0.0, 1.0);
}

void main() {
    vec3 n = normalize(facing);
    if (!gl_FrontFacing && (material == 5)) n = -n;
    float opacity = 1.0;
    vec3 c;
    if (material == 0) c = skin(n);
    else if (material == 1) {
        float deep = smoothstep(5.5, 10.5, place.z);
        c = lit(vec3(0.66, 0.27, 0.27), n, 0.3, 0.12, 20.0) * mix(0.16, 0.75, deep);
    } else if (material == 2) {
        float deep = smoothstep(6.5, 10.4, place.z);
        c = lit(vec3(0.88, 0.85, 0.79), n, 0.5, 0.10, 30.0) * mix(0.22, 0.86, deep);
    } else if (material == 3) c = eyeball(n);
    else if (material == 4) {
        float upper = smoothstep(3.2, 3.4, place.y + 0.1 * (abs(place.x) - 3.3));
        c = vec3(0.07, 0.045, 0.04);
        opacity = mix(0.22, 0.92, upper) * (1.0 - smoothstep(0.05, mix(0.25, 0.62, upper), amount));
        if (opacity < 0.04) discard;
    } else if (material == 5) {
        c = hair(n);
        opacity = smoothstep(0.02, 0.30, amount + 0.28 * (noise(vec3(place.x * 6.0, place.y * 0.8, place.z * 6.0)) - 0.5));
        if (opacity < 0.04) discard;
    } else c = cloth(n);
    color = vec4(pow(clamp(c, 0.0, 1.0), vec3(0.92)), opacity);
}
