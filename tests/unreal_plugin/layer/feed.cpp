// Runs MienLiveLinkFeed.cpp against a Live Link that we imitate, and the engine-free core as it is.

#include "MienLiveLinkFeed.h"

#include "HAL/PlatformTime.h"
#include "ILiveLinkClient.h"
#include "Roles/LiveLinkBasicRole.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>

#define CHECK(Condition) \
  ((Condition) ? (void)0 : (std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #Condition), std::exit(1)))

double Clock = 100.0;
double FPlatformTime::Seconds() { return Clock; }
UObject::~UObject() = default;
UClass* UObject::StaticClass() { return nullptr; }
template <>
TSubclassOf<ULiveLinkRole>::TSubclassOf(UClass*) {}
template <typename T>
TSharedPtr<T>::TSharedPtr(std::nullptr_t) {}

namespace {

std::string Text(const FName& Name) { return TCHAR_TO_UTF8(*Name.ToString()); }

struct FFakeLiveLink : ILiveLinkClient {
  struct FSubject {
    int Statics = 0;
    int Frames = 0;
    int Columns = 0;
    std::string LastColumn;
    double Time = 0;
    std::vector<float> Values;
  };
  std::map<std::string, FSubject> Subjects;
  FGuid Source;
  std::atomic<bool> Gone{false};
  bool Named = false;

  FGuid AddSource(TSharedPtr<ILiveLinkSource>) override { return {}; }
  void RemoveSource(FGuid) override {}
  void PushSubjectStaticData_AnyThread(const FLiveLinkSubjectKey& Key, TSubclassOf<ULiveLinkRole>,
                                       FLiveLinkStaticDataStruct&& Data) override {
    CHECK(!Gone);
    CHECK(Key.Source == Source);
    Named = true;
    const TArray<FName>& Names = Data.Cast<FLiveLinkBaseStaticData>()->PropertyNames;
    FSubject& Subject = Subjects[Text(Key.SubjectName.Name)];
    ++Subject.Statics;
    Subject.Columns = Names.Num();
    Subject.LastColumn = Text(Names[Names.Num() - 1]);
  }
  void PushSubjectFrameData_AnyThread(const FLiveLinkSubjectKey& Key, FLiveLinkFrameDataStruct&& Data) override {
    CHECK(!Gone);
    CHECK(Key.Source == Source);
    CHECK(Subjects.count(Text(Key.SubjectName.Name)) == 1);  // static data comes first
    FSubject& Subject = Subjects[Text(Key.SubjectName.Name)];
    const FLiveLinkBaseFrameData& Frame = *Data.Cast<FLiveLinkBaseFrameData>();
    CHECK(Frame.PropertyValues.Num() == Subject.Columns);
    CHECK(Frame.WorldTime.GetOffsettedTime() >= Subject.Time);  // going back would empty Live Link's buffer
    Subject.Time = Frame.WorldTime.GetOffsettedTime();
    ++Subject.Frames;
    Subject.Values.assign(Frame.PropertyValues.begin(), Frame.PropertyValues.end());
  }
  void RemoveSubject_AnyThread(const FLiveLinkSubjectKey& Key) override {
    CHECK(!Gone);
    CHECK(Key.Source == Source);
    CHECK(Subjects.erase(Text(Key.SubjectName.Name)) == 1);
  }
};

std::vector<std::uint8_t> Read(const std::string& Path) {
  std::ifstream File(Path, std::ios::binary);
  CHECK(File.good());
  return {std::istreambuf_iterator<char>(File), {}};
}

struct FStage {
  explicit FStage(std::string InFolder) : Folder(std::move(InFolder)) { Live.Source = FGuid(1, 2, 3, 4); }

  void Say(const char* Message) {
    const std::vector<std::uint8_t> Bytes = Read(Folder + "/" + Message + ".bin");
    mien::Envelope Envelope;
    CHECK(mien::open({Bytes.data(), Bytes.size()}, Envelope).ok());
    Feed.onState(Envelope, Now, 1);
  }
  void Run(mien::Micros For) {
    for (const mien::Micros End = Now + For; Now < End; Now += mien::kMillisecond, Clock += 0.001) Feed.Step(Now);
  }

  std::string Folder;
  FFakeLiveLink Live;
  FMienLiveLinkFeed Feed;
  mien::Micros Now = 50 * mien::kSecond;
};

void PlaysTheCast(FStage& Stage) {
  Stage.Feed.Attach(Stage.Live, Stage.Live.Source);
  CHECK(Stage.Feed.IsAttached());
  Stage.Run(mien::kSecond / 10);
  CHECK(Stage.Live.Subjects.empty());  // nobody has been named

  Stage.Say("hello");
  Stage.Run(mien::kSecond / 10);
  CHECK(Stage.Live.Subjects.size() == 2);
  for (const auto& [Name, Subject] : Stage.Live.Subjects) {
    CHECK(Subject.Statics == 1);
    CHECK(Subject.Frames == 1);  // neutral, said once
    CHECK(Subject.LastColumn == "mood_surprise");
  }

  Stage.Say("face");
  Stage.Run(mien::kSecond);
  int Moving = 0;
  for (const auto& [Name, Subject] : Stage.Live.Subjects) {
    CHECK(Subject.Statics == 1);
    if (Subject.Frames < 2) continue;
    ++Moving;
    CHECK(Subject.Frames > 100);  // 120 a second
    CHECK(Subject.Frames < 125);
    float Sum = 0;
    for (float Value : Subject.Values) Sum += Value < 0 ? -Value : Value;
    CHECK(Sum > 0);
  }
  CHECK(Moving > 0);
}

void FadesAndThenIsSilent(FStage& Stage) {
  Stage.Run(2 * mien::kSecond);  // no face came for long: held, then faded
  std::map<std::string, int> Frames;
  for (const auto& [Name, Subject] : Stage.Live.Subjects) {
    Frames[Name] = Subject.Frames;
    for (std::size_t Column = 0; Column < mien::kFace; ++Column) CHECK(Subject.Values[Column] == 0);
  }
  Stage.Run(mien::kSecond);
  for (const auto& [Name, Subject] : Stage.Live.Subjects) CHECK(Subject.Frames == Frames[Name]);
}

void DetachesOnItsOwnThread(FStage& Stage) {
  CHECK(Stage.Feed.Detach(FGuid(9, 9, 9, 9)));  // somebody else's
  CHECK(Stage.Feed.IsAttached());
  CHECK(!Stage.Feed.Detach(Stage.Live.Source));  // the receiver thread has yet to let go
  CHECK(!Stage.Feed.IsAttached());
  CHECK(Stage.Live.Subjects.size() == 2);
  Stage.Run(mien::kSecond / 10);
  CHECK(Stage.Live.Subjects.empty());
  CHECK(Stage.Feed.Detach(Stage.Live.Source));
}

void AttachesAnew(FStage& Stage) {
  Stage.Live.Source = FGuid(5, 6, 7, 8);
  Stage.Feed.Attach(Stage.Live, Stage.Live.Source);
  Stage.Run(mien::kSecond / 10);
  CHECK(Stage.Live.Subjects.size() == 2);
  for (const auto& [Name, Subject] : Stage.Live.Subjects) CHECK(Subject.Statics == 1);
  Stage.Say("hello");  // the same names again
  Stage.Run(mien::kSecond / 10);
  for (const auto& [Name, Subject] : Stage.Live.Subjects) CHECK(Subject.Statics == 1);
}

void LosesThoseWhoLeave(FStage& Stage) {
  Stage.Say("hello_goodbye");
  Stage.Run(2 * mien::kSecond);
  CHECK(Stage.Live.Subjects.empty());
}

/// Two threads, under ThreadSanitizer: nothing may call a Live Link once `Detach` has been true.
void ComesAndGoesWhileFacesPlay(const char* Folder) {
  FStage Stage(Folder);
  Stage.Say("hello");
  Stage.Say("face");
  std::atomic<bool> Stop{false};
  std::thread Receiver([&] {
    for (mien::Micros Now = Stage.Now; !Stop; Now += 9 * mien::kMillisecond) Stage.Feed.Step(Now);
  });
  int Named = 0;
  for (uint32 Round = 1; Round <= 100; ++Round) {
    FFakeLiveLink Live;
    Live.Source = FGuid(Round, 0, 0, 0);
    Stage.Feed.Attach(Live, Live.Source);
    std::this_thread::sleep_for(std::chrono::microseconds(100 * (Round % 5)));
    while (!Stage.Feed.Detach(Live.Source)) std::this_thread::yield();
    Live.Gone = true;
    CHECK(Live.Subjects.empty());
    Named += Live.Named ? 1 : 0;
    std::this_thread::yield();
  }
  Stop = true;
  Receiver.join();
  CHECK(Named > 0);
}

}  // namespace

int main(int Count, char** Arguments) {
  CHECK(Count == 2);
  FStage Stage(Arguments[1]);
  PlaysTheCast(Stage);
  FadesAndThenIsSilent(Stage);
  DetachesOnItsOwnThread(Stage);
  AttachesAnew(Stage);
  LosesThoseWhoLeave(Stage);
  ComesAndGoesWhileFacesPlay(Arguments[1]);
  std::puts("ok");
}
