// Floating point in structs: planets pull one another.
package main

import (
	"fmt"
	"math"
)

type body struct{ x, y, z, vx, vy, vz, mass float64 }

func advance(bodies []body, dt float64) {
	for i := range bodies {
		a := &bodies[i]
		for j := i + 1; j < len(bodies); j++ {
			b := &bodies[j]
			dx, dy, dz := a.x-b.x, a.y-b.y, a.z-b.z
			d2 := dx*dx + dy*dy + dz*dz
			mag := dt / (d2 * math.Sqrt(d2))
			a.vx -= dx * b.mass * mag
			a.vy -= dy * b.mass * mag
			a.vz -= dz * b.mass * mag
			b.vx += dx * a.mass * mag
			b.vy += dy * a.mass * mag
			b.vz += dz * a.mass * mag
		}
	}
	for i := range bodies {
		b := &bodies[i]
		b.x += dt * b.vx
		b.y += dt * b.vy
		b.z += dt * b.vz
	}
}

func main() {
	bodies := make([]body, 5)
	for i := range bodies {
		f := float64(i)
		bodies[i] = body{x: 3 * f, y: math.Sin(f), z: 0.1 * f, vx: 0.2 * math.Cos(f), vy: 1 / (1 + f), mass: 10 / (1 + 9*f)}
	}
	for range 5_000_000 {
		advance(bodies, 0.0001)
	}
	fmt.Printf("%.6f %.6f %.6f\n", bodies[0].x, bodies[1].y, bodies[4].vz)
}
