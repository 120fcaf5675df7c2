/* MienCore for other engines and languages: a C interface to `mien::Client` over TCP.
 *
 * A client is used by one thread. After `mien_start` it receives on a thread of its own; without, call
 * `mien_receive` every frame. Times are microseconds of `mien_now`. Functions that return `int` return 1 for yes and
 * 0 for no unless said otherwise. Null clients are allowed everywhere and do nothing. */
#ifndef MIEN_CORE_H
#define MIEN_CORE_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define MIEN_API __declspec(dllexport)
#elif defined(__GNUC__)
#define MIEN_API __attribute__((visibility("default")))
#else
#define MIEN_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum { MIEN_FACE = 61, MIEN_SHAPES = 52 };

typedef struct mien_client mien_client;

/* Zeros mean the defaults, which `mien_default_options` fills in. Times in microseconds. */
typedef struct mien_options {
  const char* host; /* numeric, or "localhost" */
  uint16_t state_port, events_port, game_port;
  int64_t min_delay, max_delay; /* of the jitter buffer; equal for a fixed delay */
  int64_t hold, fade_out, fade_in;
  int64_t world_interval; /* between messages about positions */
  int64_t heartbeat_interval, heartbeat_timeout, handshake_timeout;
} mien_options;

typedef struct mien_channel {
  int32_t connected;
  uint32_t connections, failures;
  uint64_t messages, dropped, skipped;
  char error[24]; /* why it last failed, one word, or empty */
} mien_channel;

typedef struct mien_statistics {
  mien_channel state, events, game;
  uint64_t frames, gaps, late, duplicates, unnamed, strangers, malformed, versions, hellos, malformed_events;
  uint64_t refused, events_dropped; /* calls with values out of range; events without room */
  double rate;                      /* face frames a second */
  int64_t age, delay;               /* of the poses, and of the jitter buffers: means, microseconds */
  int32_t receiving;                /* faces arrive */
  char decode_error[24], decode_field[24];
} mien_statistics;

typedef struct mien_behavior {
  uint64_t t; /* sender's clock */
  uint32_t character, inflicter, target;
  int32_t started; /* or ended */
  float intensity;
  char rule[65], reason[65], expression[65], gaze[65], gesture[65], speech[1025];
} mien_behavior;

MIEN_API int64_t mien_now(void);
MIEN_API void mien_default_options(mien_options* options);
/* `options` may be null. Never null itself. */
MIEN_API mien_client* mien_create(const mien_options* options);
/* Ends within some 10 ms. */
MIEN_API void mien_destroy(mien_client* client);
MIEN_API void mien_start(mien_client* client);
/* Does nothing after `mien_start`. */
MIEN_API void mien_receive(mien_client* client, int64_t now);

/* Takes in what has come and computes all poses for `now`; returns the number of characters. */
MIEN_API uint32_t mien_update(mien_client* client, int64_t now);
/* Changes whenever characters or any name may have changed. */
MIEN_API uint32_t mien_edition(const mien_client* client);
MIEN_API uint32_t mien_emotion_count(const mien_client* client);

/* Copies poses into the caller's arrays, each null or of `capacity` rows: ids, faces x MIEN_FACE, emotions and moods
 * x `mien_emotion_count`, presence from 0 (gone, neutral) to 1. Returns the number of rows written. */
MIEN_API uint32_t mien_poses(const mien_client* client, uint32_t capacity, uint32_t* ids, float* faces,
                             float* emotions, float* moods, float* presence);

/* Copies how strongly characters execute each rule, from 0 (idle) to 1, into `capacity` rows of `mien_rule_count`, in
 * the order of `mien_poses`. Returns the number of rows written. */
MIEN_API uint32_t mien_rule_count(const mien_client* client);
MIEN_API uint32_t mien_activity(const mien_client* client, uint32_t capacity, float* strengths);

/* Copy a name into `name` of `capacity` bytes, ending in 0; return its length, or -1 when there is none or no room. */
MIEN_API int mien_character_name(const mien_client* client, uint32_t index, char* name, size_t capacity);
MIEN_API int mien_subject_name(const mien_client* client, uint32_t index, char* name, size_t capacity);
MIEN_API int mien_emotion_name(const mien_client* client, uint32_t index, char* name, size_t capacity);
MIEN_API int mien_face_name(const mien_client* client, uint32_t index, char* name, size_t capacity);
MIEN_API int mien_rule_name(const mien_client* client, uint32_t index, char* name, size_t capacity);
MIEN_API int mien_session(const mien_client* client, char* name, size_t capacity);

/* Fetch the next behavior, or the next line for the log (warning: 1, information: 0); call until 0. */
MIEN_API int mien_next_behavior(mien_client* client, mien_behavior* behavior);
MIEN_API int mien_next_notice(mien_client* client, int* warning, char* text, size_t capacity);

/* Tell the sidecar. Positions in meters, x forward, y right, z up; heading in radians from x towards y. */
MIEN_API int mien_place(mien_client* client, uint32_t id, const float position[3], float heading, uint32_t looks_at);
MIEN_API int mien_object(mien_client* client, uint32_t id, const char* name, int present,
                         const char* const* level_names, const double* level_values, uint32_t levels);
MIEN_API int mien_event(mien_client* client, int64_t now, const char* name, uint32_t subject, uint32_t object,
                        double intensity);

/* How `id` regards `whom` (1 the player, or a character) from now on: -1 hatred, 1 love; the library's figure else. */
MIEN_API int mien_relation(mien_client* client, uint32_t id, uint32_t whom, float liking);
/* How often the game wants to hear of a character: 1 with every tick of the sidecar (as of those without a word), n with
 * every n-th, 0 never. A character that frames leave out holds its pose. */
MIEN_API int mien_interest(mien_client* client, uint32_t id, uint8_t every);

/* Characters that face frames brought and left out since the start, and in the newest frame. */
typedef struct mien_share {
  uint64_t faces, withheld;
  uint32_t in_frame;
} mien_share;
MIEN_API void mien_get_share(const mien_client* client, mien_share* share);
MIEN_API void mien_get_statistics(const mien_client* client, mien_statistics* statistics);

#ifdef __cplusplus
}
#endif

#endif
