#pragma once

#include "MienCore/Decoder.h"
#include "MienCore/Export.h"
#include "MienCore/Playout.h"
#include "MienCore/SenderClock.h"

#include <string>
#include <vector>

namespace mien {

/// Totals since the start, and current figures, of the state channel.
struct CastStatistics {
  std::uint64_t frames = 0;      ///< face frames taken
  std::uint64_t gaps = 0;        ///< ticks between them that never came
  std::uint64_t late = 0;        ///< frames older than the newest: dropped
  std::uint64_t duplicates = 0;  ///< frames seen before: dropped
  std::uint64_t unnamed = 0;     ///< frames whose names had not come: dropped
  std::uint64_t strangers = 0;   ///< characters in frames that the hello does not name
  std::uint64_t faces = 0;       ///< characters that frames brought,
  std::uint64_t withheld = 0;    ///< and left out, since no game wanted them with that tick
  std::size_t inFrame = 0;       ///< characters in the newest frame
  std::uint64_t malformed = 0;   ///< messages that were none
  std::uint64_t versions = 0;    ///< of them, ones of another version of the protocol
  std::uint64_t hellos = 0;      ///< changes of cast, library or session
  DecodeError lastError = DecodeError::None;
  const char* lastField = "";
  double rate = 0;               ///< face frames a second, over the last second or two
  Micros age = 0;                ///< of the poses shown, mean of the characters that frames still bring, beyond the
                                 ///< fastest transit
  Micros delay = 0;              ///< that the jitter buffers add, mean of the characters
};

/// The characters: takes in what the state channel brings, and plays it back at the time asked for.
///
/// One thread uses it. After a hello, neither a frame nor an update allocates.
class MIENCORE_API Cast {
 public:
  static constexpr std::size_t kMaxCharacters = 4096;

  /// A hello of more than `maxCharacters` is refused: each costs some 10 KiB.
  explicit Cast(const PlayoutOptions& options, std::size_t maxCharacters = kMaxCharacters)
      : options_(options), maxCharacters_(maxCharacters) {}

  /// Takes a message of the state channel. `connection` numbers the connections: after a new one, frames wait for
  /// its hello, since the sidecar may be another.
  void receive(ByteSpan message, Micros arrival, std::uint32_t connection);
  /// Computes all poses for `now`.
  void update(Micros now);

  /// Changes whenever any name below may have changed.
  std::uint32_t edition() const { return edition_; }
  /// Whether this connection's hello has come.
  bool named() const { return named_; }
  const std::string& session() const { return session_; }
  std::size_t size() const { return characters_.size(); }
  std::uint32_t id(std::size_t character) const { return characters_[character].id; }
  /// The name that the sidecar uses, and one that is fit for an engine: see `subjectNames`.
  const std::string& name(std::size_t character) const { return characters_[character].name; }
  const std::string& subject(std::size_t character) const { return characters_[character].subject; }
  /// Position of a character in these lists, or `size()`.
  std::size_t find(std::uint32_t id) const;
  const std::vector<std::string>& emotions() const { return emotions_; }
  const std::vector<std::string>& faceNames() const { return faceNames_; }
  const std::vector<std::string>& rules() const { return rules_; }

  /// A character that the newest hello no longer names fades to neutral and then goes.
  bool leaving(std::size_t character) const { return characters_[character].playout.left(); }

  /// Poses as of the last `update`, until the next: `kFace` values, and as many as there are emotions. A character
  /// that is gone keeps its emotion and mood; its face is neutral.
  const float* face(std::size_t character) const { return row(character) + 2 * emotions_.size(); }
  const float* emotion(std::size_t character) const { return row(character); }
  const float* mood(std::size_t character) const { return row(character) + emotions_.size(); }
  float presence(std::size_t character) const { return characters_[character].playout.presence(); }
  /// How strongly each of `rules()` is executed, from 0 (idle) to 1, as last told: at least once a second, and
  /// whenever a behavior starts or ends.
  const float* activity(std::size_t character) const { return characters_[character].activity.data(); }

  const CastStatistics& statistics() const { return statistics_; }
  /// Capture time, on the sender's clock, of what the newest frame answers; 0 before the first.
  std::uint64_t captured() const { return captured_; }
  const SenderClock& clock() const { return clock_; }

 private:
  struct Character {
    std::uint32_t id;
    std::string name;
    std::string subject;
    Playout playout;
    std::vector<float> activity;  // by rule
  };

  const float* row(std::size_t character) const { return poses_.data() + character * width_; }
  DecodeStatus take(ByteSpan message, Micros arrival);
  void receive(const Hello& hello);
  void receive(const FaceFrame& frame, Micros arrival);
  void receive(const Activity& activity);
  bool same(const Hello& hello) const;
  void rename(const Hello& hello);
  void arrange(std::vector<Character> characters);
  void dismiss();
  bool inOrder(const FaceFrame& frame);
  std::size_t position(std::uint32_t id, std::size_t expected) const;
  void measure(Micros now);

  const PlayoutOptions options_;
  const std::size_t maxCharacters_;
  std::string session_;
  std::uint32_t generation_ = 0;
  std::uint32_t edition_ = 0;
  bool named_ = false;
  std::uint32_t connection_ = 0;  // that the last message came over

  std::vector<std::string> emotions_;
  std::vector<std::string> faceNames_;
  std::vector<std::string> rules_;
  std::vector<Character> characters_;
  std::size_t cast_ = 0;       // of them are in the hello; the others, at the end, are leaving
  std::vector<std::uint32_t> order_;  // positions in `characters_`, by id
  std::vector<float> poses_;          // characters x (2 x emotions + face)
  std::size_t width_ = 0;

  SenderClock clock_;
  bool started_ = false;  // a frame of this session has come
  std::uint64_t lastSeq_ = 0;
  Micros lastFrame_ = 0;  // when it came
  std::uint64_t captured_ = 0;

  CastStatistics statistics_;
  Micros rateSince_ = 0;
  std::uint64_t rateFrames_ = 0;
};

}  // namespace mien
