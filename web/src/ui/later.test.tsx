// @vitest-environment happy-dom
import { act, cleanup, render, screen } from "@testing-library/react";
import { type ComponentType, StrictMode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { later } from "./later.tsx";

const Greeting = ({ name }: { readonly name: string }) => <p>Hello, {name}</p>;

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

describe("later", () => {
  it("shows nothing until the code is there", async () => {
    let arrived: (component: ComponentType<{ name: string }>) => void = () => {};
    const Slow = later<{ name: string }>(() => new Promise((resolve) => (arrived = resolve)));
    const { container } = render(<Slow name="Ana" />);
    expect(container.innerHTML).toBe("");
    arrived(Greeting);
    expect(await screen.findByText("Hello, Ana")).toBeTruthy();
  });

  it("shows in the first rendering what was loaded before, and fetches it once", async () => {
    const load = vi.fn(async () => Greeting);
    const Ready = later(load);
    await Promise.all([Ready.load(), Ready.load()]);
    await Ready.load();
    const { container } = render(<Ready name="Ana" />);
    expect(container.textContent).toBe("Hello, Ana");
    expect(load.mock.calls.length).toBe(1);
  });

  const missingAtFirst = () => {
    const load = vi.fn<() => Promise<ComponentType<{ name: string; onClose?: () => void }>>>();
    return later(load.mockRejectedValueOnce(new Error("No network.")).mockResolvedValue(Greeting));
  };

  it("says of a screen that it could not be had, and tries again when asked", async () => {
    const Screen = missingAtFirst();
    render(<Screen name="Ana" />, { wrapper: StrictMode });
    (await screen.findByRole("button")).click();
    expect(await screen.findByText("Hello, Ana")).toBeTruthy();
  });

  it("tries a screen again when there is a network", async () => {
    const Screen = missingAtFirst();
    render(<Screen name="Ana" />);
    await screen.findByRole("button");
    // It listens a moment after it is drawn.
    await vi.waitFor(() => {
      act(() => void dispatchEvent(new Event("online")));
      expect(screen.getByText("Hello, Ana")).toBeTruthy();
    });
  });

  it("closes what can be closed, so that it can be opened again", async () => {
    const Dialog = missingAtFirst();
    const close = vi.fn();
    const first = render(<Dialog name="Ana" onClose={close} />);
    await vi.waitFor(() => expect(close.mock.calls.length).toBe(1));
    first.unmount();
    render(<Dialog name="Ana" onClose={close} />);
    expect(await screen.findByText("Hello, Ana")).toBeTruthy();
  });
});
