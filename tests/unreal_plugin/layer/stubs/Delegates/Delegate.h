#pragma once

#include "CoreMinimal.h"

// API/Runtime/Core/FDelegateHandle
class FDelegateHandle {};

// API/Runtime/Core/TMulticastDelegate_void_ParamTyp-, and its base TMulticastDelegateRegistration:
// AddStatic, AddUObject, Broadcast, Remove
template <typename... ParamTypes>
class TStubMulticastDelegate {
 public:
  FDelegateHandle AddStatic(void (*Function)(ParamTypes...));
  template <typename UserClass>
  FDelegateHandle AddUObject(UserClass* Object, void (UserClass::*Method)(ParamTypes...));
  bool Remove(FDelegateHandle Handle);
  void Broadcast(ParamTypes... Params) const;
};
// https://dev.epicgames.com/documentation/en-us/unreal-engine/multicast-delegates-in-unreal-engine
#define DECLARE_MULTICAST_DELEGATE(Name) using Name = TStubMulticastDelegate<>
#define DECLARE_MULTICAST_DELEGATE_OneParam(Name, A) using Name = TStubMulticastDelegate<A>

// API/Runtime/Core/TBaseDynamicMulticastDelegate
template <typename... ParamTypes>
class TStubDynamicMulticastDelegate {
 public:
  void Broadcast(ParamTypes... Params) const;
};
// https://dev.epicgames.com/documentation/en-us/unreal-engine/dynamic-delegates-in-unreal-engine
#define DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(Name, A, AName) using Name = TStubDynamicMulticastDelegate<A>
#define DECLARE_DYNAMIC_MULTICAST_DELEGATE_TwoParams(Name, A, AName, B, BName) \
  using Name = TStubDynamicMulticastDelegate<A, B>

// API/Runtime/Core/TDelegate_InRetValType_ParamType-: CreateLambda, CreateRaw
template <typename Signature>
class TDelegate;
template <typename Result, typename... ParamTypes>
class TDelegate<Result(ParamTypes...)> {
 public:
  template <typename Functor>
    requires std::is_invocable_r_v<Result, Functor, ParamTypes...>
  static TDelegate CreateLambda(Functor&&) { return {}; }
  template <typename UserClass>
  static TDelegate CreateRaw(UserClass* Object, Result (UserClass::*Method)(ParamTypes...));
};
