"""Affect, rules, trees and the engine that ticks them."""
