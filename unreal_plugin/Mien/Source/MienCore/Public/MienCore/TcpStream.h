#pragma once

#include "MienCore/ByteStream.h"

#include <cstdint>

namespace mien {

/// A TCP connection over BSD sockets or Winsock, for tests and for engines without sockets of their own.
class MIENCORE_API TcpStream final : public ByteStream {
 public:
  /// `host` is a numeric IPv4 or IPv6 address or "localhost": looking up any other name could block for
  /// seconds, so such a stream just never opens.
  TcpStream(const char* host, std::uint16_t port);
  ~TcpStream() override;
  TcpStream(const TcpStream&) = delete;
  TcpStream& operator=(const TcpStream&) = delete;

  void open() override;
  StreamState state() override;
  std::size_t read(MutableBytes room) override;
  std::size_t write(ByteSpan bytes) override;
  void wait(Micros timeout) override;
  void close() override;

 private:
#ifdef _WIN32
  using Handle = std::uintptr_t;
#else
  using Handle = int;
#endif
  bool poll(bool forWriting, Micros timeout);

  char host_[64] = {};
  std::uint16_t port_;
  Handle socket_;
  StreamState state_ = StreamState::Closed;
};

}  // namespace mien
