#include "MienCore/Client.h"

#include "Link.h"
#include "Watch.h"

#include <chrono>

namespace mien {

namespace {

constexpr std::size_t kStateLimit = 64U << 20U;
constexpr std::size_t kEventLimit = 64U << 10U;
constexpr std::size_t kGameLimit = 1U << 20U;
constexpr std::uint64_t kNever = ~std::uint64_t{0};

ConnectionOptions limited(ConnectionOptions options, std::size_t maxMessage) {
  options.zmtp.maxMessage = maxMessage;
  return options;
}

/// Gives a game that has none a number of its own: nobody else began at this nanosecond at this address.
WorldReportOptions numbered(WorldReportOptions options, const void* client) {
  if (options.game != kNobody) return options;
  const auto began = std::chrono::steady_clock::now().time_since_epoch().count();
  std::uint64_t mixed = static_cast<std::uint64_t>(began) ^ reinterpret_cast<std::uintptr_t>(client) << 20U;
  for (int round = 0; round < 2; ++round) mixed = (mixed ^ mixed >> 32U) * 0xD6E8FEB86659FD93U;
  options.game = static_cast<std::uint32_t>(mixed >> 32U) | 1U;
  return options;
}

}  // namespace

struct Client::Implementation {
  Implementation(ByteStream& stateStream, ByteStream& eventStream, ByteStream& gameStream,
                 const ClientOptions& clientOptions)
      : options(clientOptions),
        state(stateStream, SocketType::Sub, limited(options.connection, kStateLimit), options.stateQueue,
              options.queueBytes),
        events(eventStream, SocketType::Sub, limited(options.connection, kEventLimit), options.eventQueue,
               options.queueBytes),
        game(gameStream, SocketType::Push, limited(options.connection, kGameLimit), options.gameQueue,
             options.queueBytes),
        cast(options.playout, options.maxCharacters),
        report(numbered(options.world, this)),
        watch(options.helloTimeout, notices) {
    // Everything, rather than the prefixes of some kinds: these contain the number of keys, which may grow.
    state.connection.subscribe("");
    events.connection.subscribe("");
  }

  // --- the receiving half

  struct StateSink final : MessageSink {
    explicit StateSink(Implementation& client) : self(client) {}
    void onMessage(ByteSpan message, Micros arrival) override { self.takeStateMessage(message, arrival); }
    void onSkipped() override { self.state.skipped.add(); }
    Implementation& self;
  };

  struct EventSink final : MessageSink {
    explicit EventSink(Implementation& client) : self(client) {}
    void onMessage(ByteSpan message, Micros arrival) override {
      self.events.messages.add();
      if (!self.events.queue.push({message, arrival, 0})) self.events.dropped.add();
    }
    void onSkipped() override { self.events.skipped.add(); }
    Implementation& self;
  };

  struct NoSink final : MessageSink {
    void onMessage(ByteSpan, Micros) override {}
    void onSkipped() override {}
  };

  void takeStateMessage(ByteSpan message, Micros arrival) {
    state.messages.add();
    Envelope envelope;
    const bool known = open(message, envelope).ok();
    if (known && envelope.kind == MessageKind::Estimate) return;
    const std::uint32_t connection = state.connection.connections();
    const bool tapped = known && (envelope.kind == MessageKind::Hello || envelope.kind == MessageKind::Face);
    if (tapped && tap != nullptr) tap->onState(envelope, arrival, connection);
    const MessageQueue::Message entry{message, arrival, connection};
    if (queueState(entry)) return;
    if (!options.twoThreads) {
      takeState();
      if (queueState(entry)) return;
    }
    state.dropped.add();
    if (known && envelope.kind == MessageKind::Hello) {
      hello.assign(message.data, message.data + message.size);
      helloEntry = entry;
    }
  }

  /// Queues a message after the hello that found no room, if there is one.
  bool queueState(const MessageQueue::Message& entry) { return queueHello() && state.queue.push(entry); }

  bool queueHello() {
    if (hello.empty()) return true;
    helloEntry.bytes = {hello.data(), hello.size()};
    if (!state.queue.push(helloEntry)) return false;
    hello.clear();
    return true;
  }

  void receive(Micros now) {
    queueHello();
    StateSink stateSink(*this);
    EventSink eventSink(*this);
    NoSink noSink;
    state.connection.step(now, stateSink);
    events.connection.step(now, eventSink);
    sendQueued(now);
    game.connection.step(now, noSink);
    state.publish();
    events.publish();
    game.publish();
  }

  void sendQueued(Micros now) {
    MessageQueue::Message message;
    while (game.queue.front(message)) {
      const bool late = now - message.time > options.lateEvent;
      const bool event = message.stream == WorldReport::kEvent;
      if (late && (event || !game.connection.ready())) {
        game.dropped.add();
      } else if (game.connection.send(message.bytes)) {
        game.messages.add();
      } else {
        return;
      }
      game.queue.pop();
    }
  }

  // --- the game's half

  void takeState() {
    MessageQueue::Message message;
    while (state.queue.front(message)) {
      const std::uint64_t frames = cast.statistics().frames;
      cast.receive(message.bytes, message.time, message.stream);
      if (cast.statistics().frames != frames) lastFace = message.time;
      state.queue.pop();
    }
  }

  void update(Micros now) {
    takeState();
    cast.update(now);
    const std::uint64_t connections = game.connections.get();
    if (connections != toldConnection || cast.session() != toldSession) {
      toldConnection = connections;
      toldSession = cast.session();
      report.repeatAll();
    }
    // While nobody listens, nothing is queued that would be old when somebody does.
    if (game.connected.get() != 0) report.send(now, game.queue);
    receiving = cast.statistics().frames > 0 && now - lastFace < options.playout.hold;
    watch.look(now, statistics(), cast);
  }

  bool nextBehavior(BehaviorEvent& behavior) {
    if (behaviorShown) events.queue.pop();
    behaviorShown = false;
    for (MessageQueue::Message message; events.queue.front(message); events.queue.pop()) {
      Envelope envelope;
      DecodeStatus status = open(message.bytes, envelope);
      if (status.ok() && envelope.kind == MessageKind::Behavior) {
        status = decode(envelope, behavior);
        behaviorShown = status.ok();
      } else if (status.ok() && envelope.kind == MessageKind::Status) {
        status = take(envelope);
      } else if (status.ok()) {
        status = {DecodeError::Kind, "kind"};
      }
      if (!status.ok()) ++malformedEvents;
      if (behaviorShown) return true;
    }
    return false;
  }

  DecodeStatus take(const Envelope& envelope) {
    Status health;
    const DecodeStatus status = decode(envelope, health);
    if (status.ok() && !health.notice.empty()) {
      notices.post(Notice::Level::Info, "%.*s: %.*s", static_cast<int>(health.origin.size()), health.origin.data(),
                   static_cast<int>(health.notice.size()), health.notice.data());
    }
    return status;
  }

  ClientStatistics statistics() const {
    ClientStatistics statistics;
    statistics.channels[0] = state.statistics();
    statistics.channels[1] = events.statistics();
    statistics.channels[2] = game.statistics();
    statistics.cast = cast.statistics();
    statistics.world = report.statistics();
    statistics.malformedEvents = malformedEvents;
    statistics.receiving = receiving;
    return statistics;
  }

  const ClientOptions options;
  Link state;
  Link events;
  Link game;
  StateTap* tap = nullptr;
  // While the game is away the queue is full. The newest hello is kept: without it no later frame had names.
  std::vector<std::uint8_t> hello;
  MessageQueue::Message helloEntry;

  Cast cast;
  WorldReport report;
  Notices notices;
  Watch watch;
  Micros lastFace = 0;
  bool receiving = false;
  bool behaviorShown = false;
  std::uint64_t malformedEvents = 0;
  std::uint64_t toldConnection = kNever;
  std::string toldSession;
};

Client::Client(ByteStream& state, ByteStream& events, ByteStream& game, const ClientOptions& options)
    : self_(std::make_unique<Implementation>(state, events, game, options)) {}
Client::~Client() = default;

void Client::receive(Micros now) { self_->receive(now); }
void Client::wait(Micros timeout) { self_->state.connection.wait(timeout); }
void Client::tapState(StateTap* tap) { self_->tap = tap; }
void Client::update(Micros now) { self_->update(now); }
const Cast& Client::cast() const { return self_->cast; }
bool Client::nextBehavior(BehaviorEvent& behavior) { return self_->nextBehavior(behavior); }
bool Client::place(const Place& place) { return self_->report.place(place); }
bool Client::object(std::uint32_t id, std::string_view name, bool present, const Level* state, std::size_t levels) {
  return self_->report.object(id, name, present, state, levels);
}
bool Client::event(Micros now, std::string_view name, std::uint32_t subject, std::uint32_t object,
                   double intensity) {
  return self_->report.event(now, name, subject, object, intensity, self_->game.queue);
}
bool Client::relation(const Regard& regard) { return self_->report.relation(regard); }
bool Client::interest(const Wish& wish) { return self_->report.interest(wish); }
bool Client::nextNotice(Notice& notice) { return self_->notices.next(notice); }
ClientStatistics Client::statistics() const { return self_->statistics(); }

}  // namespace mien
