#include "MienCore/mien_core.h"

#include "MienCore/Client.h"
#include "MienCore/ReceiverThread.h"
#include "MienCore/TcpStream.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>

static_assert(MIEN_FACE == mien::kFace && MIEN_SHAPES == mien::kShapes, "the same face in C");

namespace {

mien::ClientOptions clientOptions(const mien_options& options) {
  mien::ClientOptions client;
  client.playout.minDelay = options.min_delay;
  client.playout.maxDelay = options.max_delay;
  client.playout.hold = options.hold;
  client.playout.fadeOut = options.fade_out;
  client.playout.fadeIn = options.fade_in;
  client.world.interval = options.world_interval;
  client.connection.zmtp.heartbeatInterval = options.heartbeat_interval;
  client.connection.zmtp.heartbeatTimeout = options.heartbeat_timeout;
  client.connection.zmtp.handshakeTimeout = options.handshake_timeout;
  client.twoThreads = true;
  return client;
}

/// The options with defaults for zeros.
mien_options completed(const mien_options* given) {
  mien_options options;
  mien_default_options(&options);
  if (given == nullptr) return options;
  const auto take = [](auto& option, const auto& value) {
    if (value != std::decay_t<decltype(value)>{}) option = value;
  };
  take(options.host, given->host);
  take(options.state_port, given->state_port);
  take(options.events_port, given->events_port);
  take(options.game_port, given->game_port);
  take(options.min_delay, given->min_delay);
  take(options.max_delay, given->max_delay);
  take(options.hold, given->hold);
  take(options.fade_out, given->fade_out);
  take(options.fade_in, given->fade_in);
  take(options.world_interval, given->world_interval);
  take(options.heartbeat_interval, given->heartbeat_interval);
  take(options.heartbeat_timeout, given->heartbeat_timeout);
  take(options.handshake_timeout, given->handshake_timeout);
  options.max_delay = std::max(options.max_delay, options.min_delay);
  return options;
}

int copyOut(std::string_view text, char* out, std::size_t capacity) {
  if (out == nullptr || text.size() >= capacity) return -1;
  std::memcpy(out, text.data(), text.size());
  out[text.size()] = '\0';
  return static_cast<int>(text.size());
}

template <std::size_t kSize>
void copyOut(std::string_view text, char (&out)[kSize]) {
  const std::size_t size = std::min(text.size(), kSize - 1);
  if (size > 0) std::memcpy(out, text.data(), size);
  out[size] = '\0';
}

const char* errorOf(const mien::ChannelStatistics& channel) {
  switch (channel.linkError) {
    case mien::LinkError::None: return "";
    case mien::LinkError::NobodyListens: return "NobodyListens";
    case mien::LinkError::Closed: return "Closed";
    case mien::LinkError::Zmtp: return mien::name(channel.zmtpError);
  }
  return "";
}

void fill(mien_channel& out, const mien::ChannelStatistics& channel) {
  out.connected = channel.connected ? 1 : 0;
  out.connections = channel.connections;
  out.failures = channel.failures;
  out.messages = channel.messages;
  out.dropped = channel.dropped;
  out.skipped = channel.skipped;
  copyOut(errorOf(channel), out.error);
}

}  // namespace

struct mien_client {
  explicit mien_client(const mien_options& options)
      : state(options.host, options.state_port),
        events(options.host, options.events_port),
        game(options.host, options.game_port),
        client(state, events, game, clientOptions(options)) {}

  mien::TcpStream state;
  mien::TcpStream events;
  mien::TcpStream game;
  mien::Client client;
  std::unique_ptr<mien::ReceiverThread> thread;
};

int64_t mien_now(void) { return mien::monotonicNow(); }

void mien_default_options(mien_options* options) {
  const mien::ClientOptions client;
  *options = {};
  options->host = "127.0.0.1";
  options->state_port = mien::kDefaultPorts[0];
  options->events_port = mien::kDefaultPorts[1];
  options->game_port = mien::kDefaultPorts[2];
  options->min_delay = client.playout.minDelay;
  options->max_delay = client.playout.maxDelay;
  options->hold = client.playout.hold;
  options->fade_out = client.playout.fadeOut;
  options->fade_in = client.playout.fadeIn;
  options->world_interval = client.world.interval;
  options->heartbeat_interval = client.connection.zmtp.heartbeatInterval;
  options->heartbeat_timeout = client.connection.zmtp.heartbeatTimeout;
  options->handshake_timeout = client.connection.zmtp.handshakeTimeout;
}

mien_client* mien_create(const mien_options* options) { return new mien_client(completed(options)); }

void mien_destroy(mien_client* client) { delete client; }

void mien_start(mien_client* client) {
  if (client != nullptr && !client->thread) {
    client->thread = std::make_unique<mien::ReceiverThread>(client->client);
  }
}

void mien_receive(mien_client* client, int64_t now) {
  if (client != nullptr && !client->thread) client->client.receive(now);
}

uint32_t mien_update(mien_client* client, int64_t now) {
  if (client == nullptr) return 0;
  client->client.update(now);
  return static_cast<uint32_t>(client->client.cast().size());
}

uint32_t mien_edition(const mien_client* client) { return client == nullptr ? 0 : client->client.cast().edition(); }

uint32_t mien_emotion_count(const mien_client* client) {
  return client == nullptr ? 0 : static_cast<uint32_t>(client->client.cast().emotions().size());
}

uint32_t mien_poses(const mien_client* client, uint32_t capacity, uint32_t* ids, float* faces, float* emotions,
                    float* moods, float* presence) {
  if (client == nullptr) return 0;
  const mien::Cast& cast = client->client.cast();
  const std::size_t affect = cast.emotions().size();
  const std::size_t rows = std::min<std::size_t>(capacity, cast.size());
  for (std::size_t i = 0; i < rows; ++i) {
    if (ids != nullptr) ids[i] = cast.id(i);
    if (faces != nullptr) std::copy_n(cast.face(i), mien::kFace, faces + i * mien::kFace);
    if (emotions != nullptr) std::copy_n(cast.emotion(i), affect, emotions + i * affect);
    if (moods != nullptr) std::copy_n(cast.mood(i), affect, moods + i * affect);
    if (presence != nullptr) presence[i] = cast.presence(i);
  }
  return static_cast<uint32_t>(rows);
}

int mien_character_name(const mien_client* client, uint32_t index, char* name, size_t capacity) {
  if (client == nullptr || index >= client->client.cast().size()) return -1;
  return copyOut(client->client.cast().name(index), name, capacity);
}

int mien_subject_name(const mien_client* client, uint32_t index, char* name, size_t capacity) {
  if (client == nullptr || index >= client->client.cast().size()) return -1;
  return copyOut(client->client.cast().subject(index), name, capacity);
}

int mien_emotion_name(const mien_client* client, uint32_t index, char* name, size_t capacity) {
  if (client == nullptr || index >= client->client.cast().emotions().size()) return -1;
  return copyOut(client->client.cast().emotions()[index], name, capacity);
}

int mien_face_name(const mien_client* client, uint32_t index, char* name, size_t capacity) {
  if (client == nullptr || index >= client->client.cast().faceNames().size()) return -1;
  return copyOut(client->client.cast().faceNames()[index], name, capacity);
}

int mien_rule_name(const mien_client* client, uint32_t index, char* name, size_t capacity) {
  if (client == nullptr || index >= client->client.cast().rules().size()) return -1;
  return copyOut(client->client.cast().rules()[index], name, capacity);
}

uint32_t mien_rule_count(const mien_client* client) {
  return client == nullptr ? 0 : static_cast<uint32_t>(client->client.cast().rules().size());
}

uint32_t mien_activity(const mien_client* client, uint32_t capacity, float* strengths) {
  if (client == nullptr || strengths == nullptr) return 0;
  const mien::Cast& cast = client->client.cast();
  const std::size_t rules = cast.rules().size();
  const std::size_t rows = std::min<std::size_t>(capacity, cast.size());
  for (std::size_t i = 0; i < rows; ++i) std::copy_n(cast.activity(i), rules, strengths + i * rules);
  return static_cast<uint32_t>(rows);
}

int mien_session(const mien_client* client, char* name, size_t capacity) {
  return client == nullptr ? -1 : copyOut(client->client.cast().session(), name, capacity);
}

int mien_next_behavior(mien_client* client, mien_behavior* behavior) {
  mien::BehaviorEvent event;
  if (client == nullptr || behavior == nullptr || !client->client.nextBehavior(event)) return 0;
  behavior->t = event.t;
  behavior->character = event.character;
  behavior->inflicter = event.inflicter;
  behavior->target = event.target;
  behavior->started = event.started ? 1 : 0;
  behavior->intensity = event.intensity;
  copyOut(event.rule, behavior->rule);
  copyOut(event.reason, behavior->reason);
  copyOut(event.expression, behavior->expression);
  copyOut(event.gaze, behavior->gaze);
  copyOut(event.gesture, behavior->gesture);
  copyOut(event.speech, behavior->speech);
  return 1;
}

int mien_next_notice(mien_client* client, int* warning, char* text, size_t capacity) {
  mien::Notice notice;
  if (client == nullptr || text == nullptr || capacity == 0 || !client->client.nextNotice(notice)) return 0;
  if (warning != nullptr) *warning = notice.level == mien::Notice::Level::Warning ? 1 : 0;
  const std::size_t size = std::min(std::strlen(notice.text), capacity - 1);
  std::memcpy(text, notice.text, size);
  text[size] = '\0';
  return 1;
}

int mien_place(mien_client* client, uint32_t id, const float position[3], float heading, uint32_t looks_at) {
  if (client == nullptr || position == nullptr) return 0;
  return client->client.place({id, {position[0], position[1], position[2]}, heading, looks_at}) ? 1 : 0;
}

int mien_object(mien_client* client, uint32_t id, const char* name, int present, const char* const* level_names,
                const double* level_values, uint32_t levels) {
  if (client == nullptr || name == nullptr || levels > mien::kMaxEntries) return 0;
  mien::Level state[mien::kMaxEntries];
  for (uint32_t i = 0; i < levels; ++i) state[i] = {level_names[i], level_values[i]};
  return client->client.object(id, name, present != 0, state, levels) ? 1 : 0;
}

int mien_event(mien_client* client, int64_t now, const char* name, uint32_t subject, uint32_t object,
               double intensity) {
  if (client == nullptr || name == nullptr) return 0;
  return client->client.event(now, name, subject, object, intensity) ? 1 : 0;
}

int mien_relation(mien_client* client, uint32_t id, uint32_t whom, float liking) {
  return client != nullptr && client->client.relation({id, whom, liking}) ? 1 : 0;
}

int mien_interest(mien_client* client, uint32_t id, uint8_t every) {
  return client != nullptr && client->client.interest({id, every}) ? 1 : 0;
}

void mien_get_share(const mien_client* client, mien_share* share) {
  if (share == nullptr) return;
  *share = {};
  if (client == nullptr) return;
  const mien::CastStatistics now = client->client.statistics().cast;
  *share = {now.faces, now.withheld, static_cast<uint32_t>(now.inFrame)};
}

void mien_get_statistics(const mien_client* client, mien_statistics* statistics) {
  if (statistics == nullptr) return;
  *statistics = {};
  if (client == nullptr) return;
  const mien::ClientStatistics now = client->client.statistics();
  fill(statistics->state, now.channels[0]);
  fill(statistics->events, now.channels[1]);
  fill(statistics->game, now.channels[2]);
  statistics->frames = now.cast.frames;
  statistics->gaps = now.cast.gaps;
  statistics->late = now.cast.late;
  statistics->duplicates = now.cast.duplicates;
  statistics->unnamed = now.cast.unnamed;
  statistics->strangers = now.cast.strangers;
  statistics->malformed = now.cast.malformed;
  statistics->versions = now.cast.versions;
  statistics->hellos = now.cast.hellos;
  statistics->malformed_events = now.malformedEvents;
  statistics->refused = now.world.refused;
  statistics->events_dropped = now.world.dropped;
  statistics->rate = now.cast.rate;
  statistics->age = now.cast.age;
  statistics->delay = now.cast.delay;
  statistics->receiving = now.receiving ? 1 : 0;
  copyOut(now.cast.lastError == mien::DecodeError::None ? "" : mien::name(now.cast.lastError),
          statistics->decode_error);
  copyOut(now.cast.lastField, statistics->decode_field);
}
