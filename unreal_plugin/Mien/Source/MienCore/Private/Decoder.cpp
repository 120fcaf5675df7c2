#include "MienCore/Decoder.h"

#include "FloatBits.h"
#include "Msgpack.h"

#include <cstring>

namespace mien {

namespace {

using msgpack::Reader;
using msgpack::Type;
using msgpack::Value;

/// A field's name as msgpack writes it, in two words: recognizing a key is one load and one comparison.
class Key {
 public:
  static constexpr std::size_t kBytes = 16;

  // NOLINTNEXTLINE(google-explicit-constructor): a table of keys is a table of words
  constexpr Key(const char* word) : name_(word) {
    std::uint8_t length = 0;
    for (; word[length] != '\0'; ++length) set(length + 1U, static_cast<std::uint8_t>(word[length]));
    set(0, static_cast<std::uint8_t>(0xA0 + length));
    size_ = length + 1U;
  }

  constexpr const char* name() const { return name_; }
  /// Bytes of the encoded key.
  constexpr std::size_t size() const { return size_; }
  /// Whether `kBytes` readable bytes start with this key.
  bool startsAt(const std::uint8_t* bytes) const {
    std::uint64_t words[2];
    std::memcpy(words, bytes, kBytes);
    return ((words[0] ^ word_[0]) & mask_[0]) == 0 && ((words[1] ^ word_[1]) & mask_[1]) == 0;
  }
  bool is(ByteSpan text) const {
    return text.size == size_ - 1 && std::memcmp(text.data, name_, text.size) == 0;
  }

 private:
  constexpr void set(std::size_t i, std::uint8_t byte) {
    word_[i / 8] |= std::uint64_t{byte} << (8 * (i % 8));
    mask_[i / 8] |= std::uint64_t{0xFF} << (8 * (i % 8));
  }

  std::uint64_t word_[2] = {0, 0};
  std::uint64_t mask_[2] = {0, 0};
  const char* name_;
  std::size_t size_ = 0;
};

std::string_view view(ByteSpan text) { return {reinterpret_cast<const char*>(text.data), text.size}; }

/// Reads the key of an entry; `index` is its place in `keys`, or `count` when it is unknown there.
/// Tries `expected` first: senders write fields in their order. Returns false where there is no key.
inline bool readKey(Reader& reader, const Key* keys, std::size_t count, std::size_t expected, std::size_t& index) {
  if (expected < count && reader.rest().size >= Key::kBytes && keys[expected].startsAt(reader.rest().data)) {
    reader.skip(keys[expected].size());
    index = expected;
    return true;
  }
  Value word;
  if (!reader.head(word) || word.type != Type::Text) return false;
  for (index = 0; index < count && !keys[index].is(word.bytes());) ++index;
  return true;
}

constexpr std::size_t kMaxFields = 17;
constexpr double kFloatMax = 3.4028234663852886e38;  // of float32, in which levels are kept

/// The fields of one message, by position in a table of names; remembers the first thing that was wrong.
class Fields {
 public:
  template <std::size_t Count>
  Fields(const Envelope& envelope, const Key (&keys)[Count]) : keys_(keys) {
    static_assert(Count <= kMaxFields, "room for every field");
    collect(envelope, Count);
  }

  const DecodeStatus& status() const { return status_; }

  std::uint64_t integer(std::size_t index, std::uint64_t most, DecodeError error = DecodeError::Range) {
    if (!has(index)) return 0;
    const Value& value = values_[index];
    if (value.type == Type::Negative) return fail(error, index), 0;
    if (value.type != Type::Unsigned) return fail(DecodeError::Type, index), 0;
    if (value.number > most) return fail(error, index), 0;
    return value.number;
  }
  std::size_t dimension(std::size_t index, std::size_t most) {
    return static_cast<std::size_t>(integer(index, most, DecodeError::Dimension));
  }
  std::uint64_t time(std::size_t index) { return integer(index, ~std::uint64_t{0}); }
  std::uint32_t id(std::size_t index) { return static_cast<std::uint32_t>(integer(index, 0xFFFFFFFF)); }

  double number(std::size_t index, double low, double high) {
    if (!has(index)) return 0;
    const Value& value = values_[index];
    double number = 0;
    if (value.type == Type::Real) {
      number = value.real;
    } else if (value.type == Type::Unsigned) {
      number = static_cast<double>(value.number);
    } else {
      return fail(DecodeError::Type, index), 0;
    }
    if (!bits::isFinite(number)) return fail(DecodeError::NotFinite, index), 0;
    if (number < low || number > high) return fail(DecodeError::Range, index), 0;
    return number;
  }

  std::string_view text(std::size_t index, std::size_t limit) {
    if (!is(index, Type::Text)) return {};
    if (values_[index].size > limit) return fail(DecodeError::Length, index), std::string_view{};
    return view(values_[index].bytes());
  }

  NameList names(std::size_t index, std::size_t count) {
    if (!is(index, Type::Array)) return {};
    const Value& value = values_[index];
    if (value.number != count) return fail(DecodeError::Length, index), NameList{};
    Reader reader(value.bytes());
    for (std::size_t i = 0; i < count; ++i) {
      Value item{};
      reader.head(item);
      if (item.type != Type::Text) return fail(DecodeError::Type, index), NameList{};
      if (item.size > kMaxName) return fail(DecodeError::Length, index), NameList{};
    }
    return {value.bytes(), count};
  }

  template <typename T>
  Block<T> block(std::size_t index, std::size_t count) {
    if (!is(index, Type::Binary)) return {};
    const ByteSpan bytes = values_[index].bytes();
    if (bytes.size != count * sizeof(T)) return fail(DecodeError::Length, index), Block<T>{};
    return {bytes.data, count};
  }
  /// `bound` is the bits of the largest magnitude.
  Block<float> reals(std::size_t index, std::size_t count, std::uint32_t bound) {
    const Block<std::uint32_t> found = block<std::uint32_t>(index, count);
    if (!bits::withinMagnitude(found, bound)) fail(reason(found), index);
    return {found.bytes(), found.size()};
  }
  Block<float> units(std::size_t index, std::size_t count) {
    const Block<std::uint32_t> found = block<std::uint32_t>(index, count);
    if (!bits::withinUnit(found)) fail(reason(found), index);
    return {found.bytes(), found.size()};
  }

  /// Checks a map of named numbers; whoever wants them reads the recording, not the game.
  void numbers(std::size_t index, bool whole) {
    if (!is(index, Type::Map)) return;
    const Value& value = values_[index];
    Reader reader(value.bytes());
    for (std::uint64_t i = 0; i < value.number; ++i) {
      Value name{};
      Value number{};
      reader.whole(name);
      reader.whole(number);
      if (name.type != Type::Text) return fail(DecodeError::Type, index);
      if (name.size > kMaxName) return fail(DecodeError::Length, index);
      const bool real = number.type == Type::Real || number.type == Type::Negative;
      if (number.type != Type::Unsigned && (whole || !real)) return fail(DecodeError::Type, index);
      if (number.type != Type::Real) continue;
      if (!bits::isFinite(number.real)) return fail(DecodeError::NotFinite, index);
      if (number.real < -kFloatMax || number.real > kFloatMax) return fail(DecodeError::Range, index);
    }
  }

  void fail(DecodeError error, std::size_t index) {
    if (status_.ok()) status_ = {error, keys_[index].name()};
  }

 private:
  void collect(const Envelope& envelope, std::size_t count) {
    Reader reader(envelope.rest);
    std::size_t expected = envelope.opened ? 2 : 0;
    std::uint64_t entry = 0;
    // As long as the fields come in their order, none can be missing or there twice.
    for (; entry < envelope.entries && expected < count && reader.rest().size >= Key::kBytes; ++entry, ++expected) {
      if (!keys_[expected].startsAt(reader.rest().data)) break;
      reader.skip(keys_[expected].size());
      if (!reader.whole(values_[expected])) return malformed();
    }
    seen_ = (std::uint32_t{1} << expected) - 1;
    for (; entry < envelope.entries; ++entry) {
      std::size_t index = 0;
      if (!readKey(reader, keys_, count, expected, index)) return malformed();
      if (index == count) {
        Value ignored;
        if (!reader.whole(ignored)) return malformed();
        continue;
      }
      if (!reader.whole(values_[index])) return malformed();
      if ((seen_ >> index & 1U) != 0) return fail(DecodeError::NotMsgpack, index);
      seen_ |= std::uint32_t{1} << index;
      expected = index + 1;
    }
    if (!reader.atEnd()) malformed();
  }

  bool has(std::size_t index) {
    if ((seen_ >> index & 1U) == 0) fail(DecodeError::Missing, index);
    return (seen_ >> index & 1U) != 0;
  }
  bool is(std::size_t index, Type type) {
    if (!has(index)) return false;
    if (values_[index].type != type) fail(DecodeError::Type, index);
    return values_[index].type == type;
  }
  void malformed() { status_ = {DecodeError::NotMsgpack, ""}; }
  static DecodeError reason(Block<std::uint32_t> found) {
    for (std::size_t i = 0; i < found.size(); ++i) {
      if ((found[i] & 0x7F800000U) == 0x7F800000U) return DecodeError::NotFinite;
    }
    return DecodeError::Range;
  }

  const Key* keys_;
  Value values_[kMaxFields];
  std::uint32_t seen_ = 0;
  DecodeStatus status_;
};

struct Kind {
  Key word;
  MessageKind kind;
};
constexpr Kind kKinds[] = {
    {"face", MessageKind::Face},     {"hello", MessageKind::Hello},       {"behavior", MessageKind::Behavior},
    {"status", MessageKind::Status}, {"activity", MessageKind::Activity}, {"estimate", MessageKind::Estimate},
};

}  // namespace

bool NameList::next(std::string_view& name) {
  Reader reader(rest_);
  Value value{};
  if (rest_.size == 0 || !reader.head(value)) return false;
  name = view(value.bytes());
  rest_ = reader.rest();
  return true;
}

/// Opens a message that begins as every sender of this version begins it; false for any other, good or bad.
static bool openUsual(ByteSpan message, Envelope& envelope) {
  static constexpr char kStart[] = "\xA4mien\x01\xA4kind";
  constexpr std::size_t kKind = sizeof(kStart);  // where the word stands: after the map's head and the start
  if (message.size < kKind + Key::kBytes || message.data[0] < 0x82 || message.data[0] > 0x8F) return false;
  if (std::memcmp(message.data + 1, kStart, sizeof(kStart) - 1) != 0) return false;
  for (const Kind& known : kKinds) {
    if (!known.word.startsAt(message.data + kKind)) continue;
    const std::size_t read = kKind + known.word.size();
    envelope.kind = known.kind;
    envelope.message = message;
    envelope.rest = {message.data + read, message.size - read};
    envelope.entries = (message.data[0] & 0x0FU) - 2U;
    envelope.opened = true;
    return true;
  }
  return false;
}

DecodeStatus open(ByteSpan message, Envelope& envelope) {
  if (openUsual(message, envelope)) return {};
  Reader reader(message);
  Value map{};
  if (!reader.head(map) || map.type != Type::Map) return {DecodeError::NotMsgpack, ""};
  static constexpr Key kKeys[] = {"mien", "kind"};
  envelope.message = message;
  envelope.rest = reader.rest();
  envelope.entries = map.number;
  envelope.opened = false;
  bool version = false;
  bool kind = false;
  std::uint64_t entry = 0;
  for (; entry < map.number && !(version && kind); ++entry) {
    std::size_t index = 0;
    Value value;
    if (!readKey(reader, kKeys, 2, version ? 1 : 0, index) || !reader.whole(value)) {
      return {DecodeError::NotMsgpack, ""};
    }
    if (index == 0) {
      version = value.type == Type::Unsigned && value.number == kProtocolVersion;
      if (!version) return {DecodeError::Version, "mien"};
    } else if (index == 1) {
      for (const Kind& known : kKinds) {
        if (value.type != Type::Text || !known.word.is(value.bytes())) continue;
        envelope.kind = known.kind;
        kind = true;
        break;
      }
      // Without the right version, the kind may be one of that version's.
      if (!kind && version) return {DecodeError::Kind, "kind"};
    }
  }
  if (!version) return {DecodeError::Version, "mien"};
  if (kind && entry == 2) {
    envelope.rest = reader.rest();
    envelope.entries -= entry;
    envelope.opened = true;
  }
  return {kind ? DecodeError::None : DecodeError::Kind, kind ? "" : "kind"};
}

DecodeStatus decode(const Envelope& envelope, FaceFrame& out) {
  enum { kMien, kKind, kN, kM, kT, kSeq, kGeneration, kCaptured, kIds, kAffect, kFaces };
  static constexpr Key kKeys[] = {"mien",       "kind",     "N",   "M",      "t",   "seq",
                                  "generation", "captured", "ids", "affect", "face"};
  Fields fields(envelope, kKeys);
  if (!fields.status().ok()) return fields.status();
  out.characters = fields.dimension(kN, kMaxCharacters);
  out.emotions = fields.dimension(kM, kMaxEmotions);
  out.t = fields.time(kT);
  out.seq = fields.integer(kSeq, ~std::uint64_t{0});
  out.generation = fields.id(kGeneration);
  out.captured = fields.time(kCaptured);
  out.ids = fields.block<std::uint32_t>(kIds, out.characters);
  out.affect = fields.units(kAffect, out.characters * 2 * out.emotions);
  out.face = fields.reals(kFaces, out.characters * kFace, bits::kPi);
  return fields.status();
}

DecodeStatus decode(const Envelope& envelope, Hello& out) {
  enum {
    kMien, kKind, kM, kN, kR, kT, kSession, kGeneration, kClock, kWall, kRate, kEmotions, kCharacters, kFaces,
    kRules, kPad, kIds
  };
  static constexpr Key kKeys[] = {"mien",  "kind", "M",    "N",        "R",          "t",    "session", "generation",
                                  "clock", "wall", "rate", "emotions", "characters", "face", "rules",   "pad",
                                  "ids"};
  Fields fields(envelope, kKeys);
  if (!fields.status().ok()) return fields.status();
  out.emotionCount = fields.dimension(kM, kMaxEmotions);
  out.characterCount = fields.dimension(kN, kMaxCharacters);
  const std::size_t rules = fields.dimension(kR, kMaxRules);
  out.t = fields.time(kT);
  out.session = fields.text(kSession, kMaxName);
  out.generation = fields.id(kGeneration);
  out.clock = fields.text(kClock, kMaxName);
  out.wall = fields.time(kWall);
  out.rate = static_cast<std::uint16_t>(fields.integer(kRate, 0xFFFF));
  out.emotions = fields.names(kEmotions, out.emotionCount);
  out.characters = fields.names(kCharacters, out.characterCount);
  out.face = fields.names(kFaces, kFace);
  out.rules = fields.names(kRules, rules);
  out.pad = fields.reals(kPad, out.emotionCount * 3, bits::kOne);
  out.ids = fields.block<std::uint32_t>(kIds, out.characterCount);
  return fields.status();
}

DecodeStatus decode(const Envelope& envelope, Activity& out) {
  enum { kMien, kKind, kN, kR, kT, kIds, kIntensity };
  static constexpr Key kKeys[] = {"mien", "kind", "N", "R", "t", "ids", "intensity"};
  Fields fields(envelope, kKeys);
  if (!fields.status().ok()) return fields.status();
  out.characters = fields.dimension(kN, kMaxCharacters);
  out.rules = fields.dimension(kR, kMaxRules);
  out.t = fields.time(kT);
  out.ids = fields.block<std::uint32_t>(kIds, out.characters);
  out.intensity = fields.units(kIntensity, out.characters * out.rules);
  return fields.status();
}

DecodeStatus decode(const Envelope& envelope, BehaviorEvent& out) {
  enum {
    kMien, kKind, kT, kCharacter, kRule, kPhase, kReason, kInflicter, kTarget, kIntensity, kExpression, kGaze,
    kGesture, kSpeech
  };
  static constexpr Key kKeys[] = {"mien",      "kind",   "t",         "character",  "rule", "phase",   "reason",
                                  "inflicter", "target", "intensity", "expression", "gaze", "gesture", "speech"};
  Fields fields(envelope, kKeys);
  if (!fields.status().ok()) return fields.status();
  out.t = fields.time(kT);
  out.character = fields.id(kCharacter);
  out.rule = fields.text(kRule, kMaxName);
  const std::string_view phase = fields.text(kPhase, 16);
  out.started = phase == "started";
  if (!out.started && phase != "ended") fields.fail(DecodeError::Range, kPhase);
  out.reason = fields.text(kReason, kMaxName);
  out.inflicter = fields.id(kInflicter);
  out.target = fields.id(kTarget);
  out.intensity = static_cast<float>(fields.number(kIntensity, 0, 1));
  out.expression = fields.text(kExpression, kMaxName);
  out.gaze = fields.text(kGaze, kMaxName);
  out.gesture = fields.text(kGesture, kMaxName);
  out.speech = fields.text(kSpeech, kMaxText);
  return fields.status();
}

DecodeStatus decode(const Envelope& envelope, Status& out) {
  enum { kMien, kKind, kT, kOrigin, kClock, kCounters, kLevels, kNotice };
  static constexpr Key kKeys[] = {"mien", "kind", "t", "origin", "clock", "counters", "levels", "notice"};
  Fields fields(envelope, kKeys);
  if (!fields.status().ok()) return fields.status();
  out.t = fields.time(kT);
  out.origin = fields.text(kOrigin, kMaxName);
  fields.text(kClock, kMaxName);
  fields.numbers(kCounters, true);
  fields.numbers(kLevels, false);
  out.notice = fields.text(kNotice, kMaxText);
  return fields.status();
}

const char* name(DecodeError error) {
  switch (error) {
    case DecodeError::None: return "None";
    case DecodeError::NotMsgpack: return "NotMsgpack";
    case DecodeError::Version: return "Version";
    case DecodeError::Kind: return "Kind";
    case DecodeError::Missing: return "Missing";
    case DecodeError::Type: return "Type";
    case DecodeError::Range: return "Range";
    case DecodeError::Dimension: return "Dimension";
    case DecodeError::Length: return "Length";
    case DecodeError::NotFinite: return "NotFinite";
  }
  return "";
}

}  // namespace mien
