#include "MienCore/TcpStream.h"

#include <chrono>
#include <cstring>
#include <thread>

#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

namespace mien {

namespace {

#ifdef _WIN32
constexpr std::uintptr_t kNone = INVALID_SOCKET;
constexpr int kNoSignal = 0;
bool wouldBlock() { return WSAGetLastError() == WSAEWOULDBLOCK; }
bool inProgress() { return wouldBlock(); }
void closeSocket(std::uintptr_t socket) { closesocket(socket); }
bool setNonBlocking(std::uintptr_t socket) {
  u_long on = 1;
  return ioctlsocket(socket, FIONBIO, &on) == 0;
}
int pollOne(WSAPOLLFD& entry, int milliseconds) { return WSAPoll(&entry, 1, milliseconds); }
using PollEntry = WSAPOLLFD;
using Size = int;
/// Winsock wants to be started once; it counts, so that an engine's own start does no harm.
void startSockets() {
  static const bool started = [] {
    WSADATA data;
    return WSAStartup(MAKEWORD(2, 2), &data) == 0;
  }();
  (void)started;
}
#else
constexpr int kNone = -1;
#ifdef MSG_NOSIGNAL
constexpr int kNoSignal = MSG_NOSIGNAL;
#else
constexpr int kNoSignal = 0;
#endif
bool wouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }
bool inProgress() { return errno == EINPROGRESS; }
void closeSocket(int socket) { ::close(socket); }
bool setNonBlocking(int socket) { return fcntl(socket, F_SETFL, O_NONBLOCK) == 0; }
int pollOne(pollfd& entry, int milliseconds) { return ::poll(&entry, 1, milliseconds); }
using PollEntry = pollfd;
using Size = std::size_t;
void startSockets() {}
#endif

struct Address {
  sockaddr_storage storage = {};
  socklen_t size = 0;
};

Address parse(const char* host, std::uint16_t port) {
  if (std::strcmp(host, "localhost") == 0) host = "127.0.0.1";
  Address address;
  sockaddr_in four = {};
  sockaddr_in6 six = {};
  if (inet_pton(AF_INET, host, &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    std::memcpy(&address.storage, &four, sizeof(four));
    address.size = sizeof(four);
  } else if (inet_pton(AF_INET6, host, &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    std::memcpy(&address.storage, &six, sizeof(six));
    address.size = sizeof(six);
  }
  return address;
}

}  // namespace

TcpStream::TcpStream(const char* host, std::uint16_t port) : port_(port), socket_(kNone) {
  std::strncpy(host_, host, sizeof(host_) - 1);
}

TcpStream::~TcpStream() { close(); }

void TcpStream::open() {
  close();
  const Address address = parse(host_, port_);
  if (address.size == 0) return;
  startSockets();
  socket_ = ::socket(address.storage.ss_family, SOCK_STREAM, 0);
  if (socket_ == kNone) return;
  const int on = 1;
  const auto* option = reinterpret_cast<const char*>(&on);
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, option, sizeof(on));
#ifdef SO_NOSIGPIPE
  setsockopt(socket_, SOL_SOCKET, SO_NOSIGPIPE, option, sizeof(on));
#endif
  if (!setNonBlocking(socket_)) return close();
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0) {
    state_ = StreamState::Open;
  } else if (inProgress()) {
    state_ = StreamState::Connecting;
  } else {
    close();
  }
}

StreamState TcpStream::state() {
  if (state_ == StreamState::Connecting && poll(true, 0)) {
    int error = 0;
    socklen_t size = sizeof(error);
    const int got = getsockopt(socket_, SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&error), &size);
    if (got == 0 && error == 0) {
      state_ = StreamState::Open;
    } else {
      close();
    }
  }
  return state_;
}

std::size_t TcpStream::read(MutableBytes room) {
  if (state_ != StreamState::Open || room.size == 0) return 0;
  const auto size = ::recv(socket_, reinterpret_cast<char*>(room.data), static_cast<Size>(room.size), 0);
  if (size > 0) return static_cast<std::size_t>(size);
  if (size == 0 || !wouldBlock()) close();
  return 0;
}

std::size_t TcpStream::write(ByteSpan bytes) {
  if (state_ != StreamState::Open || bytes.size == 0) return 0;
  const auto* data = reinterpret_cast<const char*>(bytes.data);
  const auto size = ::send(socket_, data, static_cast<Size>(bytes.size), kNoSignal);
  if (size > 0) return static_cast<std::size_t>(size);
  if (!wouldBlock()) close();
  return 0;
}

void TcpStream::wait(Micros timeout) {
  if (state_ == StreamState::Closed) {
    std::this_thread::sleep_for(std::chrono::microseconds(timeout));
  } else {
    poll(state_ == StreamState::Connecting, timeout);
  }
}

bool TcpStream::poll(bool forWriting, Micros timeout) {
  PollEntry entry = {};
  entry.fd = socket_;
  entry.events = forWriting ? POLLOUT : POLLIN;
  const auto milliseconds = static_cast<int>((timeout + kMillisecond - 1) / kMillisecond);
  return pollOne(entry, milliseconds) != 0;
}

void TcpStream::close() {
  if (socket_ != kNone) closeSocket(socket_);
  socket_ = kNone;
  state_ = StreamState::Closed;
}

}  // namespace mien
