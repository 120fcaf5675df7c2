#include "MienCore/Cast.h"

#include "MienCore/SubjectNames.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace mien {

namespace {

constexpr Micros kRateWindow = kSecond;
constexpr std::uint16_t kUsualRate = 60;

std::vector<std::string> strings(NameList names) {
  std::vector<std::string> strings;
  strings.reserve(names.size());
  for (std::string_view name; names.next(name);) strings.emplace_back(name);
  return strings;
}

bool same(const std::vector<std::string>& strings, NameList names) {
  if (strings.size() != names.size()) return false;
  std::size_t i = 0;
  for (std::string_view name; names.next(name); ++i) {
    if (strings[i] != name) return false;
  }
  return true;
}

}  // namespace

void Cast::receive(ByteSpan message, Micros arrival, std::uint32_t connection) {
  if (connection != connection_) named_ = false;
  connection_ = connection;
  const DecodeStatus status = take(message, arrival);
  if (status.ok()) return;
  ++statistics_.malformed;
  if (status.error == DecodeError::Version) ++statistics_.versions;
  statistics_.lastError = status.error;
  statistics_.lastField = status.field;
}

DecodeStatus Cast::take(ByteSpan message, Micros arrival) {
  Envelope envelope;
  DecodeStatus status = open(message, envelope);
  if (!status.ok()) return status;
  switch (envelope.kind) {
    case MessageKind::Hello: {
      Hello hello;
      status = decode(envelope, hello);
      if (status.ok() && hello.characterCount > maxCharacters_) status = {DecodeError::Dimension, "N"};
      if (status.ok()) receive(hello);
      return status;
    }
    case MessageKind::Face: {
      FaceFrame frame;
      status = decode(envelope, frame);
      if (status.ok() && frame.t > std::uint64_t{kLatest}) status = {DecodeError::Range, "t"};
      if (status.ok()) receive(frame, arrival);
      return status;
    }
    case MessageKind::Activity: {
      Activity activity;
      status = decode(envelope, activity);
      if (status.ok()) receive(activity);
      return status;
    }
    case MessageKind::Estimate:
      return {};
    default:
      return {DecodeError::Kind, "kind"};
  }
}

void Cast::receive(const Hello& hello) {
  const bool newSession = session_ != hello.session;
  named_ = true;
  generation_ = hello.generation;
  if (!newSession && same(hello)) return;
  ++statistics_.hellos;
  if (newSession) {
    session_ = hello.session;
    clock_.reset();
    started_ = false;
    lastFrame_ = 0;
    captured_ = 0;
    characters_.clear();
    order_.clear();
  }
  rename(hello);
}

bool Cast::same(const Hello& hello) const {
  if (hello.characterCount != cast_) return false;
  NameList names = hello.characters;
  for (std::size_t i = 0; i < cast_; ++i) {
    std::string_view name;
    if (!names.next(name) || characters_[i].name != name || characters_[i].id != hello.ids[i]) return false;
  }
  return mien::same(emotions_, hello.emotions) && mien::same(faceNames_, hello.face) &&
         mien::same(rules_, hello.rules);
}

/// Takes over the hello's names; a character that was here goes on playing, one that it does not name leaves.
void Cast::rename(const Hello& hello) {
  const bool sameColumns = mien::same(emotions_, hello.emotions);
  const bool sameRules = mien::same(rules_, hello.rules);
  if (!sameColumns) {
    characters_.clear();
    order_.clear();
  }
  emotions_ = strings(hello.emotions);
  faceNames_ = strings(hello.face);
  rules_ = strings(hello.rules);
  width_ = 2 * emotions_.size() + kFace;
  const Micros interval = kSecond / (hello.rate > 0 ? hello.rate : kUsualRate);

  const std::vector<std::string> names = strings(hello.characters);
  std::vector<std::uint32_t> ids(hello.characterCount);
  hello.ids.copy(ids.data(), 0, ids.size());
  std::vector<std::string> subjects = subjectNames(names, ids);
  std::vector<bool> stays(characters_.size());
  std::vector<Character> characters;
  characters.reserve(ids.size() + characters_.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::size_t before = find(ids[i]);
    const bool known = before < characters_.size() && !stays[before];
    if (known) stays[before] = true;
    characters.push_back({ids[i], names[i], std::move(subjects[i]),
                          known ? std::move(characters_[before].playout)
                                : Playout(width_, 2 * emotions_.size(), interval, options_),
                          known && sameRules ? std::move(characters_[before].activity)
                                             : std::vector<float>(rules_.size())});
  }
  cast_ = characters.size();
  std::unordered_set<std::string> taken;
  for (const Character& character : characters) taken.insert(character.subject);
  for (std::size_t i = 0; i < characters_.size(); ++i) {
    // A subject can be only one character: where a newcomer has the name, the one who leaves goes at once.
    if (stays[i] || taken.count(characters_[i].subject) != 0) continue;
    characters_[i].playout.leave();
    characters_[i].activity.assign(rules_.size(), 0.0F);
    characters.push_back(std::move(characters_[i]));
  }
  arrange(std::move(characters));
}

void Cast::arrange(std::vector<Character> characters) {
  characters_ = std::move(characters);
  order_.resize(characters_.size());
  for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = static_cast<std::uint32_t>(i);
  std::sort(order_.begin(), order_.end(), [this](std::uint32_t a, std::uint32_t b) {
    return characters_[a].id != characters_[b].id ? characters_[a].id < characters_[b].id : a < b;
  });
  poses_.assign(characters_.size() * width_, 0.0F);
  ++edition_;
}

/// Lets go of the characters that have left and faded.
void Cast::dismiss() {
  std::size_t gone = 0;
  for (std::size_t i = cast_; i < characters_.size(); ++i) gone += characters_[i].playout.presence() == 0 ? 1 : 0;
  if (gone == 0) return;
  std::vector<Character> characters;
  characters.reserve(characters_.size() - gone);
  for (std::size_t i = 0; i < characters_.size(); ++i) {
    if (i < cast_ || characters_[i].playout.presence() > 0) characters.push_back(std::move(characters_[i]));
  }
  arrange(std::move(characters));
}

std::size_t Cast::find(std::uint32_t id) const {
  const auto place = std::lower_bound(order_.begin(), order_.end(), id, [this](std::uint32_t at, std::uint32_t wanted) {
    return characters_[at].id < wanted;
  });
  return place != order_.end() && characters_[*place].id == id ? *place : characters_.size();
}

/// Frames list the characters in the hello's order, so the place after the last one is nearly always right.
std::size_t Cast::position(std::uint32_t id, std::size_t expected) const {
  return expected < characters_.size() && characters_[expected].id == id ? expected : find(id);
}

bool Cast::inOrder(const FaceFrame& frame) {
  if (started_ && frame.seq == lastSeq_) return ++statistics_.duplicates, false;
  if (started_ && frame.seq < lastSeq_) return ++statistics_.late, false;
  if (started_) statistics_.gaps += frame.seq - lastSeq_ - 1;
  started_ = true;
  lastSeq_ = frame.seq;
  return true;
}

void Cast::receive(const FaceFrame& frame, Micros arrival) {
  const auto t = static_cast<Micros>(frame.t);
  clock_.observe(t, arrival);
  if (!named_ || frame.generation != generation_ || frame.emotions != emotions_.size()) {
    ++statistics_.unnamed;
    return;
  }
  if (!inOrder(frame)) return;
  ++statistics_.frames;
  lastFrame_ = arrival;
  captured_ = frame.captured;
  const Micros arrivalAtSender = clock_.toSender(arrival);
  const std::size_t affect = 2 * emotions_.size();
  std::size_t expected = 0;
  std::size_t strangers = 0;
  for (std::size_t i = 0; i < frame.characters; ++i) {
    const std::size_t at = position(frame.ids[i], expected);
    expected = at + 1;
    if (at >= cast_) {
      ++strangers;
      continue;
    }
    float* sample = nullptr;
    if (characters_[at].playout.push(t, arrival, arrivalAtSender, sample) != Playout::Arrival::Taken) continue;
    frame.affect.copy(sample, i * affect, affect);
    frame.face.copy(sample + affect, i * kFace, kFace);
  }
  statistics_.strangers += strangers;
  statistics_.inFrame = frame.characters - strangers;
  statistics_.faces += statistics_.inFrame;
  statistics_.withheld += cast_ - std::min(cast_, statistics_.inFrame);
}

/// Belongs to the newest hello before it on this connection: its columns are that one's rules.
void Cast::receive(const Activity& activity) {
  if (!named_ || activity.rules != rules_.size()) return;
  std::size_t expected = 0;
  for (std::size_t i = 0; i < activity.characters; ++i) {
    const std::size_t at = position(activity.ids[i], expected);
    expected = at + 1;
    if (at < cast_) activity.intensity.copy(characters_[at].activity.data(), i * activity.rules, activity.rules);
  }
}

void Cast::update(Micros now) {
  dismiss();
  const Micros nowAtSender = clock_.toSender(now);
  for (std::size_t i = 0; i < characters_.size(); ++i) {
    characters_[i].playout.advance(now, nowAtSender, lastFrame_, poses_.data() + i * width_);
  }
  measure(now);
}

void Cast::measure(Micros now) {
  Micros age = 0;
  Micros delay = 0;
  Micros shown = 0;
  for (const Character& character : characters_) {
    if (character.playout.empty() || lastFrame_ - character.playout.lastArrival() > options_.hold) continue;
    age += clock_.toSender(now) - character.playout.position();
    delay += character.playout.delay();
    ++shown;
  }
  statistics_.age = shown > 0 ? age / shown : 0;
  statistics_.delay = shown > 0 ? delay / shown : 0;
  if (rateSince_ == 0) rateSince_ = now;
  if (now - rateSince_ < kRateWindow) return;
  const auto elapsed = static_cast<double>(now - rateSince_) / static_cast<double>(kSecond);
  statistics_.rate = static_cast<double>(statistics_.frames - rateFrames_) / elapsed;
  rateSince_ = now;
  rateFrames_ = statistics_.frames;
}

}  // namespace mien
