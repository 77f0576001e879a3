"""What training labs are built from, on the pattern book's page: the player and the plane."""

from playwright.sync_api import Page, expect


def count(page: Page) -> int:
    return int(page.locator("[data-run-count]").inner_text().replace(",", ""))


def test_space_plays_and_pauses_while_the_stage_has_the_focus(open_page):
    page = open_page("/patterns")
    page.locator(".stage").focus()
    page.keyboard.press("Space")
    play = page.locator("[data-run-play]")
    expect(play).to_have_text("Pause")
    expect(page.locator("[data-run-count]")).not_to_have_text("0")
    page.keyboard.press("Space")
    expect(play).to_have_text("Play")
    stopped = count(page)
    page.wait_for_timeout(150)
    assert count(page) == stopped


def test_arrow_keys_go_back_in_the_run_and_end_at_now(open_page):
    page = open_page("/patterns")
    page.locator("[data-run-speed]").select_option("100")
    for _ in range(4):
        page.locator("[data-run-step]").click()
    slider = page.locator("[data-run-past]")
    slider.focus()
    page.keyboard.press("PageDown")
    assert count(page) < 400
    expect(page.locator("[data-run-unit]")).to_have_text("of 400 steps")
    page.keyboard.press("PageUp")
    assert slider.get_attribute("aria-valuetext") == "now"
    assert count(page) == 400


def test_the_player_takes_at_most_two_rows_on_a_phone(open_page):
    page = open_page("/patterns", width=360, height=740)
    assert page.locator(".run-bar").bounding_box()["height"] <= 96


def test_a_point_is_chosen_and_moved_by_keys_and_by_the_pointer(open_page):
    page = open_page("/patterns")
    plot = page.locator("[data-pattern=plot-fit] canvas")
    picture = "c => c.toDataURL()"
    plot.scroll_into_view_if_needed()
    shots = [plot.evaluate(picture)]
    plot.focus()
    for key in ("]", "ArrowUp", "Shift+ArrowLeft"):
        page.keyboard.press(key)
        page.wait_for_timeout(60)
        shots.append(plot.evaluate(picture))
    assert len(set(shots)) == len(shots)
    expect(plot).to_have_attribute("aria-label", "A wavy curve through 18 points.")


def test_a_log_axis_and_gaps_draw_without_a_complaint_after_a_change_of_theme(open_page):
    page = open_page("/patterns", color_scheme="light")
    canvas = page.locator("[data-pattern=chart-bands] canvas[role=img]")
    before = canvas.evaluate("c => c.toDataURL()")
    page.get_by_role("button", name="Light or dark").click()
    page.wait_for_timeout(200)
    chart = page.locator("[data-pattern=chart-bands] canvas[role=img]")
    after = chart.evaluate("c => c.toDataURL()")
    assert before != after
