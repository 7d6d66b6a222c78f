"""What a drill is made of, as frozen data: parts, people, the whole scenario, and the interface of its world."""
