#pragma once

#include "MienCore/Export.h"
#include "MienCore/Messages.h"

namespace mien {

/// Why bytes are no message of this protocol.
enum class DecodeError : std::uint8_t {
  None,
  NotMsgpack,   ///< cut short, trailing bytes, a reserved type, text that is not UTF-8, a key named twice
  Version,      ///< another version of the protocol
  Kind,         ///< a kind that no channel brings to a game, or none
  Missing,      ///< a field is missing
  Type,         ///< a field has another type
  Range,        ///< a number or word is out of its range
  Dimension,    ///< N, M, R or K is missing or out of its range
  Length,       ///< a text, list or block has another length
  NotFinite,    ///< NaN or infinity
};

/// `None` and an empty name, or what is wrong and with which field.
struct DecodeStatus {
  DecodeError error = DecodeError::None;
  const char* field = "";
  bool ok() const { return error == DecodeError::None; }
};

/// A message whose version and kind are known and whose fields have yet to be read.
struct Envelope {
  MessageKind kind = MessageKind::Face;
  ByteSpan message;           ///< all of it, for whoever passes it on
  ByteSpan rest;              ///< the entries of the map that have yet to be read,
  std::uint64_t entries = 0;  ///< so many
  bool opened = false;        ///< version and kind came first, as they should, and are not among them
};

/// Reads version and kind. Costs as much as the first two entries of the map.
MIENCORE_API DecodeStatus open(ByteSpan message, Envelope& envelope);

/// Checks a message completely and fills in a view of it; no allocation, no exception, no read beyond the
/// span. Keys may come in any order; unknown keys are skipped. On error `out` is unspecified.
MIENCORE_API DecodeStatus decode(const Envelope& envelope, FaceFrame& out);
MIENCORE_API DecodeStatus decode(const Envelope& envelope, Hello& out);
MIENCORE_API DecodeStatus decode(const Envelope& envelope, Activity& out);
MIENCORE_API DecodeStatus decode(const Envelope& envelope, BehaviorEvent& out);
MIENCORE_API DecodeStatus decode(const Envelope& envelope, Status& out);

/// One word, such as "Version", for a log.
MIENCORE_API const char* name(DecodeError error);

}  // namespace mien
